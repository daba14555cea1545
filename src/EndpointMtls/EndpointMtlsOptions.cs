using EndpointMtls.Documents;
using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>The configuration of EndpointMtls: the realms in order, the server, and the options of channels.</summary>
public sealed class EndpointMtlsOptions
{
    /// <summary>
    /// The realms, in order. An address belongs to the realm that lists it, otherwise to the first realm with a matching pattern.
    /// </summary>
    /// <value>
    /// Required: at least one, unless there is a <see cref="Server"/>, or <c>AddEndpointMtls()</c> was called without arguments.
    /// </value>
    public IList<RealmOptions> Realms { get; } = [];

    /// <summary>A callback that changes the options of each channel before it is created, for example retries.</summary>
    /// <remarks>
    /// The callback gets the address and the realm of the channel. The message sizes of the realm are already set, and it may replace them.
    /// The realm sets transport and credentials. Setting <see cref="GrpcChannelOptions.HttpHandler"/>,
    /// <see cref="GrpcChannelOptions.HttpClient"/>, <see cref="GrpcChannelOptions.Credentials"/>,
    /// <see cref="GrpcChannelOptions.HttpVersion"/> or <see cref="GrpcChannelOptions.HttpVersionPolicy"/> makes
    /// <see cref="IEndpointChannelFactory.GetChannel"/> throw. The callback may run on several threads at once. A reload applies a changed
    /// callback to channels that are created later.
    /// </remarks>
    /// <value>
    /// Defaults to <see langword="null"/>: channels have the settings of their realm and the defaults of <see cref="GrpcChannelOptions"/>.
    /// </value>
    public Action<EndpointChannelContext, GrpcChannelOptions>? ConfigureChannel { get; set; }

    /// <summary>
    /// The TLS settings of this process as a server. <see cref="Serving.ServerTls.Get"/> and the package EndpointMtls.AspNetCore use
    /// them.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>: no server.</value>
    public ServerTlsOptions? Server { get; set; }

    /// <summary>The errors in the sources of these options.</summary>
    internal ConfigurationErrors Errors { get; } = new();

    /// <summary>Whether a source is still changing, so that it must be read again.</summary>
    internal bool IsChanging { get; set; }

    /// <summary>Whether having no realms is valid.</summary>
    internal bool NeedsNoRealms { get; set; }

    /// <summary>Whether there is a set of endpoints, which performs discovery.</summary>
    internal bool HasEndpointSet { get; set; }

    /// <summary>The maximum time between two connection attempts of a channel; <see langword="null"/> for the default of gRPC.</summary>
    internal TimeSpan? MaxReconnectBackoff { get; set; }

    /// <summary>The addresses of registered gRPC clients. Each must belong to a realm.</summary>
    internal List<string> ClientAddresses { get; } = [];
}
