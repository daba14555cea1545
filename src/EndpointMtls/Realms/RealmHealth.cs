using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Realms;

/// <summary>Checks whether the last change of configuration and certificates was applied, and when certificates expire.</summary>
internal static class RealmHealth
{
    // Certificates are usually renewed when a third of their lifetime is left.
    private const double OverdueShare = 0.1;

    public static IEnumerable<HealthFinding> Judge(RealmRegistry registry, DateTimeOffset now)
    {
        if (registry.Failure is { } failure)
        {
            yield return new(HealthStatus.Degraded, $"The changed configuration was rejected; the last valid one stays in use. {failure}");
        }

        foreach (var problem in registry.ServerProblems)
        {
            yield return new(HealthStatus.Unhealthy, $"A listening server cannot use its realm. {problem}");
        }

        var loaded = registry.AllRealms.Where(realm => realm.Rotation is not null).Select(realm => realm.Rotation!.Describe());
        foreach (var finding in loaded.SelectMany(certificates => FindingsOf(certificates, now)))
        {
            yield return finding;
        }
    }

    /// <summary>The realms whose settings weaken verification. That is intended, so it is reported without a failure.</summary>
    public static IEnumerable<string> Weaknesses(RealmRegistry registry) =>
    [
        .. registry.AllRealms
            .Where(realm => realm.Definition.Tls is { InsecureSkipVerify: true })
            .Select(realm => $"Realm '{realm.Name}' does not verify servers: 'insecure_skip_verify' is true."),
        .. registry.AllRealms
            .Where(realm => realm.Definition.Tls is { AllowWeakCertificates: true })
            .Select(realm => $"Realm '{realm.Name}' accepts weak certificates: 'allow_weak_certificates' is true."),
    ];

    private static IEnumerable<HealthFinding> FindingsOf(LoadedCertificates loaded, DateTimeOffset now)
    {
        if (loaded.LastError is { } error)
        {
            yield return new(
                HealthStatus.Degraded,
                $"The changed files of realm '{loaded.Realm}' were rejected; the last valid ones stay in use. {error}");
        }

        if (loaded.ClientCertificate is { } certificate)
        {
            var left = certificate.NotAfter - now;
            if (left <= TimeSpan.Zero)
            {
                yield return new(
                    HealthStatus.Unhealthy,
                    $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' expired on {certificate.NotAfter:u}. Renew it.");
            }
            else if (left < OverdueShare * (certificate.NotAfter - certificate.NotBefore))
            {
                yield return new(
                    HealthStatus.Degraded,
                    $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' expires on {certificate.NotAfter:u}, "
                    + "and its renewal is overdue. Renew it.");
            }
        }
    }
}
