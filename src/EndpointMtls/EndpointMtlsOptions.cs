using EndpointMtls.Documents;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

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

    /// <summary>
    /// How long the first load of the configuration waits for files that are missing or empty, because another program, such as an agent
    /// for secrets, has yet to write them: certificates, keys, CA certificates, CRLs and YAML files.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The wait blocks the start of the host or, without a host, the first use; and the first use of a server with files of its own.
    /// The callbacks that configure these options run again for each attempt. Once a wait has begun, it also continues while files do
    /// not match each other or are incomplete. It is logged (104 and 105), and any other error ends it.
    /// </para>
    /// <para>
    /// When the timeout elapses, an <see cref="OptionsValidationException"/> lists the errors. When the host stops, the wait
    /// throws an <see cref="OperationCanceledException"/>. Reloads do not wait: they keep the last valid configuration.
    /// </para>
    /// </remarks>
    /// <value>From 0 to 24 hours. Defaults to 0: a missing file fails the first load.</value>
    public TimeSpan StartupTimeout { get; set; }

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
