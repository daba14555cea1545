using EndpointMtls.Channels;
using EndpointMtls.Realms;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Endpoints;

/// <summary>Checks the health of the realms, the strict endpoints and the sources of discovery.</summary>
/// <param name="registry">The realms.</param>
/// <param name="set">The endpoints; <see langword="null"/> if <c>AddEndpointSet</c> was not called.</param>
/// <param name="rotations">The channels that could not move to new certificates.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class EndpointHealthCheck(
    RealmRegistry registry, IEndpointSet? set, FailedRotations rotations, TimeProvider timeProvider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = RealmHealth.Judge(registry, timeProvider.GetUtcNow())
            .Concat(set is null ? [] : Check(set.Current))
            .Concat(rotations.All.Select(failed => new HealthFinding(
                HealthStatus.Degraded, $"Calls stay on the previous client certificate. {failed.Value.Message}")))
            .ToList();
        return Task.FromResult(findings.Count == 0
            ? HealthCheckResult.Healthy(DescribeWeaknesses())
            : new HealthCheckResult(
                Worst(),
                string.Join(' ', findings.Select(finding => finding.Text)),
                data: findings.Index().ToDictionary(finding => $"{finding.Index + 1}", object (finding) => finding.Item.Text)));

        string? DescribeWeaknesses() =>
            string.Join(' ', RealmHealth.Weaknesses(registry)) is { Length: > 0 } weaknesses ? weaknesses : null;

        HealthStatus Worst() => findings.Exists(finding => finding.Status == HealthStatus.Unhealthy)
            ? context.Registration.FailureStatus
            : HealthStatus.Degraded;
    }

    private static IEnumerable<HealthFinding> Check(EndpointSetSnapshot set)
    {
        foreach (var endpoint in set.Endpoints.Where(endpoint => endpoint is { IsStrict: true, Health: EndpointHealth.Unhealthy }))
        {
            yield return new(HealthStatus.Unhealthy, $"A strict endpoint is unhealthy. {endpoint.LastError}");
        }

        foreach (var source in set.Sources.Where(source => source.LastError is not null))
        {
            yield return new(HealthStatus.Degraded, $"A source of realm '{source.Realm}' has an error. {source.LastError}");
        }
    }
}

/// <summary>Checks whether the set of endpoints is ready.</summary>
internal sealed class ReadinessCheck(IEndpointSet set) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(set.Current.NotReadyReason is { } reason
            ? new HealthCheckResult(context.Registration.FailureStatus, reason)
            : HealthCheckResult.Healthy());
}
