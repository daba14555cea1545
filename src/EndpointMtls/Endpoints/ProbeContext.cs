using Microsoft.Extensions.Logging;

namespace EndpointMtls.Endpoints;

/// <summary>What the probes of all endpoints share.</summary>
/// <param name="Probe">Asks an endpoint how it is.</param>
/// <param name="Options">How often, and for how long.</param>
/// <param name="Gate">Bounds how many ask at once.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Logger">Told when an endpoint goes down or comes up.</param>
/// <param name="OnChanged">Called when an endpoint has changed, with whether that is news.</param>
internal sealed record ProbeContext(IEndpointProbe Probe, EndpointSetOptions Options, SemaphoreSlim Gate, TimeProvider TimeProvider, ILogger Logger, Action<bool> OnChanged);
