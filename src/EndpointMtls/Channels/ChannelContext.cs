using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>What every part of one channel needs to know.</summary>
internal sealed record ChannelContext(EndpointAddress Address, Realm Realm, TimeProvider TimeProvider, ILogger Logger, EndpointMeter Meter)
{
    private static readonly TimeSpan DefaultDrainTimeout = new TlsOptions().DrainTimeout;

    /// <summary>How long calls may go on over connections that have been replaced.</summary>
    public TimeSpan DrainTimeout { get; init; } = Realm.Definition.Tls?.DrainTimeout ?? DefaultDrainTimeout;
}
