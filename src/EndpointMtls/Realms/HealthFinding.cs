using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Realms;

/// <summary>Something that is not as it should be.</summary>
internal readonly record struct HealthFinding(HealthStatus Status, string Text);
