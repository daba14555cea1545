using EndpointMtls.Async;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>The state that all parts of one channel share. Thread-safe.</summary>
internal sealed class ChannelContext(
    Destination destination, Realm realm, TimeProvider timeProvider, ILogger logger, EndpointMeter meter, FailedRotations failedRotations)
{
    private static readonly TimeSpan DefaultDrainTimeout = new TlsOptions().DrainTimeout;

    private volatile Realm _realm = realm;
    private volatile EndpointConnectionException? _closed;
    private volatile bool _isDisposed;

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

    /// <summary>Whether the channel is disposed: connections that end then have not failed.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>Raised once, when the channel has been disposed.</summary>
    public event Action? Disposed;

    public TimeProvider TimeProvider => timeProvider;

    public ILogger Logger => logger;

    public EndpointMeter Meter => meter;

    public FailedRotations FailedRotations => failedRotations;

    /// <summary>How long calls may continue on replaced connections.</summary>
    public TimeSpan DrainTimeout => Realm.Definition.Tls?.DrainTimeout ?? DefaultDrainTimeout;

    /// <summary>Marks the channel as disposed. Raises <see cref="Disposed"/> as soon as this thread holds no lock.</summary>
    public void MarkAsDisposed()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            DeferringLock.Defer(() => Disposed?.Invoke());
        }
    }
}
