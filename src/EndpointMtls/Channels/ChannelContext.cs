using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>The state that all parts of one channel share. Thread-safe.</summary>
internal sealed class ChannelContext(Destination destination, Realm realm, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private static readonly TimeSpan DefaultDrainTimeout = new TlsOptions().DrainTimeout;

    private volatile Realm _realm = realm;
    private volatile EndpointConnectionException? _closed;

    public Destination Destination => destination;

    /// <summary>The realm in the current configuration; the last one if the channel is closed.</summary>
    public Realm Realm
    {
        get => _realm;
        set => _realm = value;
    }

    /// <summary>Why the channel was closed; <see langword="null"/> while it accepts calls.</summary>
    public EndpointConnectionException? Closed
    {
        get => _closed;
        set => _closed = value;
    }

    public TimeProvider TimeProvider => timeProvider;

    public ILogger Logger => logger;

    public EndpointMeter Meter => meter;

    /// <summary>How long calls may continue on replaced connections.</summary>
    public TimeSpan DrainTimeout => Realm.Definition.Tls?.DrainTimeout ?? DefaultDrainTimeout;

    /// <summary>Logs and counts connections that were aborted, if there are any.</summary>
    public void ReportAborted(int count, EndpointConnectionException reason)
    {
        if (count > 0)
        {
            meter.ConnectionsAborted(Realm.Name, reason.Reason, count);
            logger.ConnectionsAborted(count, reason.Reason, reason.Message);
        }
    }
}
