using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>What every part of one channel needs to know.</summary>
internal sealed class ChannelContext(Destination destination, Realm realm, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private static readonly TimeSpan DefaultDrainTimeout = new TlsOptions().DrainTimeout;

    private volatile Realm _realm = realm;
    private volatile EndpointConnectionException? _closed;

    public Destination Destination => destination;

    /// <summary>The realm as the configuration has it now.</summary>
    public Realm Realm
    {
        get => _realm;
        set => _realm = value;
    }

    /// <summary>Why the channel takes no more calls, if it does not: its realm is then as it was last.</summary>
    public EndpointConnectionException? Closed
    {
        get => _closed;
        set => _closed = value;
    }

    public TimeProvider TimeProvider => timeProvider;

    public ILogger Logger => logger;

    public EndpointMeter Meter => meter;

    /// <summary>How long calls may go on over connections that have been replaced.</summary>
    public TimeSpan DrainTimeout => Realm.Definition.Tls?.DrainTimeout ?? DefaultDrainTimeout;
}
