using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Realms;

/// <summary>A problem that a health check reports.</summary>
internal readonly record struct HealthFinding(HealthStatus Status, string Text);
