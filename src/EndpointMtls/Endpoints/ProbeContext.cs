using Microsoft.Extensions.Logging;

namespace EndpointMtls.Endpoints;

/// <summary>What the probes of all endpoints share.</summary>
/// <param name="Probe">Checks the health of an endpoint.</param>
/// <param name="Options">The interval and the timeouts.</param>
/// <param name="Gate">Bounds how many probes run in parallel.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Logger">The logger for events 4xx.</param>
/// <param name="OnChanged">Called after an endpoint has changed. The argument tells whether the change token must signal.</param>
internal sealed record ProbeContext(
    IEndpointProbe Probe,
    EndpointSetOptions Options,
    SemaphoreSlim Gate,
    TimeProvider TimeProvider,
    ILogger Logger,
    Action<bool> OnChanged);
