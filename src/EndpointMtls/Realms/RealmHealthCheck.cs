using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Realms;

/// <summary>Whether the configuration and the certificates in force are those that were meant, and for how long they will do.</summary>
internal sealed class RealmHealthCheck(RealmRegistry registry, TimeProvider timeProvider) : IHealthCheck
{
    // Whoever renews does so with a third left, as a rule.
    private const double OverdueShare = 0.1;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = timeProvider.GetUtcNow();
        var findings = registry.Table.Realms
            .Where(realm => realm.Rotation is not null)
            .SelectMany(realm => Judge(realm.Rotation!.Describe(), now));
        if (registry.Failure is { } failure)
        {
            findings = findings.Prepend((HealthStatus.Degraded, $"The configuration was changed and cannot be taken over. {failure}"));
        }

        var all = findings.ToList();
        return Task.FromResult(all.Count == 0
            ? HealthCheckResult.Healthy(Weaknesses())
            : new HealthCheckResult(Worst(all), string.Join(' ', all.Select(finding => finding.Text))));

        // Meant, so no failure; but never out of sight.
        string? Weaknesses() =>
            string.Join(' ', registry.Table.Realms.Where(realm => realm.Definition.Tls is { InsecureSkipVerify: true }).Select(realm => $"Realm '{realm.Name}' verifies no server: 'insecure_skip_verify' is true."))
                is { Length: > 0 } text ? text : null;

        // What whoever registered the check calls a failure is the worst there is.
        HealthStatus Worst(List<(HealthStatus Status, string Text)> findings) =>
            findings.Exists(finding => finding.Status == HealthStatus.Unhealthy) ? context.Registration.FailureStatus : HealthStatus.Degraded;
    }

    private static IEnumerable<(HealthStatus Status, string Text)> Judge(LoadedCertificates loaded, DateTimeOffset now)
    {
        if (loaded.LastError is { } error)
        {
            yield return (HealthStatus.Degraded, $"The files of realm '{loaded.Realm}' were changed and cannot be taken over. {error}");
        }

        if (loaded.ClientCertificate is { } certificate)
        {
            var left = certificate.NotAfter - now;
            if (left <= TimeSpan.Zero)
            {
                yield return (HealthStatus.Unhealthy, $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' expired on {certificate.NotAfter:u}. Renew it.");
            }
            else if (left < OverdueShare * (certificate.NotAfter - certificate.NotBefore))
            {
                yield return (HealthStatus.Degraded, $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' expires on {certificate.NotAfter:u}, and its renewal is overdue.");
            }
        }
    }
}
