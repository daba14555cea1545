using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Discovery;

/// <summary>How names are looked up.</summary>
internal sealed record LookupContext(IDnsResolver Resolver, TimeSpan Interval, TimeSpan Timeout, TimeProvider TimeProvider, ILogger Logger, EndpointMeter Meter);
