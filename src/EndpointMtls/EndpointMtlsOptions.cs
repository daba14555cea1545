using EndpointMtls.Documents;
using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>The realms of one process, in order, and how their channels are made.</summary>
public sealed class EndpointMtlsOptions
{
    /// <summary>The realms, in order. An address belongs to the realm that lists it; otherwise to the first whose patterns match.</summary>
    /// <value>Defaults to none, with which a host starts only if it has a <see cref="Server"/>, or was told that it needs none.</value>
    public IList<RealmOptions> Realms { get; } = [];

    /// <summary>
    /// Adjusts the options of each channel just before it is created, such as message sizes and retries.
    /// </summary>
    /// <remarks>
    /// Transport and credentials are the realm's: setting <see cref="GrpcChannelOptions.HttpHandler"/>,
    /// <see cref="GrpcChannelOptions.HttpClient"/>, <see cref="GrpcChannelOptions.Credentials"/>,
    /// <see cref="GrpcChannelOptions.HttpVersion"/> or <see cref="GrpcChannelOptions.HttpVersionPolicy"/> makes
    /// <see cref="IEndpointChannelFactory.GetChannel"/> throw.
    /// </remarks>
    /// <value>Defaults to none: the defaults of <see cref="GrpcChannelOptions"/>.</value>
    public Action<GrpcChannelOptions>? ConfigureChannel { get; set; }

    /// <summary>How this process presents itself as a server, and whom it lets in. <see cref="Serving.ServerTls.Get"/> gives it to servers.</summary>
    /// <value>Defaults to none.</value>
    public ServerTlsOptions? Server { get; set; }

    /// <summary>What was wrong in the sources these options were read from.</summary>
    internal ConfigurationErrors Errors { get; } = new();

    /// <summary>Whether a source is still being written, so that another look will tell more.</summary>
    internal bool IsChanging { get; set; }

    /// <summary>Whether it is meant that there may be no realms.</summary>
    internal bool NeedsNoRealms { get; set; }

    /// <summary>Whether there is a set of endpoints, which follows what is to be discovered.</summary>
    internal bool HasEndpointSet { get; set; }

    /// <summary>How long channels wait at most before they dial again; <see langword="null"/> for as long as gRPC does.</summary>
    internal TimeSpan? MaxReconnectBackoff { get; set; }

    /// <summary>The addresses of the registered clients, which some realm must claim.</summary>
    internal List<string> ClientAddresses { get; } = [];
}
