using EndpointMtls.Realms;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Endpoints;

/// <summary>Whether realms and endpoints are as they were meant to be.</summary>
/// <param name="registry">The realms.</param>
/// <param name="set">The endpoints; <see langword="null"/> if there is no set of them.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class EndpointHealthCheck(RealmRegistry registry, IEndpointSet? set, TimeProvider timeProvider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = RealmHealth.Judge(registry, timeProvider.GetUtcNow()).Concat(set is null ? [] : Judge(set.Current)).ToList();
        return Task.FromResult(findings.Count == 0
            ? HealthCheckResult.Healthy(string.Join(' ', RealmHealth.Weaknesses(registry)) is { Length: > 0 } weaknesses ? weaknesses : null)
            : new HealthCheckResult(Worst(), string.Join(' ', findings.Select(finding => finding.Text))));

        // What whoever registered the check calls a failure is the worst there is.
        HealthStatus Worst() => findings.Exists(finding => finding.Status == HealthStatus.Unhealthy) ? context.Registration.FailureStatus : HealthStatus.Degraded;
    }

    private static IEnumerable<HealthFinding> Judge(EndpointSetSnapshot set)
    {
        foreach (var endpoint in set.Endpoints.Where(endpoint => endpoint is { IsStrict: true, Health: EndpointHealth.Unhealthy }))
        {
            yield return new(HealthStatus.Unhealthy, $"A strict endpoint is down. {endpoint.LastError}");
        }

        foreach (var source in set.Sources.Where(source => source.LastError is not null))
        {
            yield return new(HealthStatus.Degraded, $"Endpoints of realm '{source.Realm}' cannot be discovered. {source.LastError}");
        }
    }
}

/// <summary>Whether the set of endpoints is ready by its own policy.</summary>
internal sealed class ReadinessCheck(IEndpointSet set) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        set.Current.NotReadyReason is { } reason ? new HealthCheckResult(context.Registration.FailureStatus, reason) : HealthCheckResult.Healthy());
}
