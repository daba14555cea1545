namespace EndpointMtls.Configuration.Model;

/// <summary>The options of the channels of a realm. Immutable.</summary>
/// <param name="options">The options. The definition copies them.</param>
internal sealed class ChannelDefinition(RealmOptions options)
{
    public static readonly ChannelDefinition Default = new(new RealmOptions());

    private readonly RealmOptions _options = OptionTables.Channel.Copy(options);

    /// <summary>How long opening a connection may take.</summary>
    public TimeSpan ConnectTimeout => _options.ConnectTimeout;

    /// <summary>The interval of HTTP/2 pings; <see langword="null"/> if none are sent.</summary>
    public TimeSpan? KeepaliveTime => _options.KeepaliveTime;

    public TimeSpan KeepaliveTimeout => _options.KeepaliveTimeout;

    public bool KeepaliveWithoutCalls => _options.KeepaliveWithoutCalls;

    /// <summary>How long a connection without calls stays open; <see langword="null"/> for no limit.</summary>
    public TimeSpan? IdleTimeout => _options.IdleTimeout;

    /// <summary>In bytes; <see langword="null"/> for the default of gRPC.</summary>
    public int? MaxSendMessageSize => _options.MaxSendMessageSize;

    /// <summary>In bytes; <see langword="null"/> for the default of gRPC.</summary>
    public int? MaxReceiveMessageSize => _options.MaxReceiveMessageSize;

    /// <summary>Whether connections that are opened with either are equal.</summary>
    public bool HasSameConnections(ChannelDefinition other) => HasSame(OptionChange.Connections, other);

    /// <summary>Whether an existing channel can continue.</summary>
    public bool HasSameChannels(ChannelDefinition other) => HasSame(OptionChange.Channel, other);

    public bool IsSameAs(ChannelDefinition other) => OptionTables.Channel.AreSame(_options, other._options);

    private bool HasSame(OptionChange change, ChannelDefinition other) =>
        OptionTables.Channel.AreSame(_options, other._options, option => option.Change.HasFlag(change));
}
