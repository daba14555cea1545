using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Realms;

/// <summary>Whether the configuration and the certificates in force are those that were meant, and for how long they will do.</summary>
internal static class RealmHealth
{
    // Whoever renews does so with a third left, as a rule.
    private const double OverdueShare = 0.1;

    public static IEnumerable<HealthFinding> Judge(RealmRegistry registry, DateTimeOffset now)
    {
        if (registry.Failure is { } failure)
        {
            yield return new(HealthStatus.Degraded, $"The configuration was changed and cannot be taken over. {failure}");
        }

        foreach (var problem in registry.ServerProblems)
        {
            yield return new(HealthStatus.Unhealthy, $"A server cannot go on like this. {problem}");
        }

        foreach (var finding in registry.AllRealms.Where(realm => realm.Rotation is not null).SelectMany(realm => Judge(realm.Rotation!.Describe(), now)))
        {
            yield return finding;
        }
    }

    /// <summary>What is meant to be weak, and so is no failure; but never out of sight.</summary>
    public static IEnumerable<string> Weaknesses(RealmRegistry registry) => registry.Table.Realms
        .Where(realm => realm.Definition.Tls is { InsecureSkipVerify: true })
        .Select(realm => $"Realm '{realm.Name}' verifies no server: 'insecure_skip_verify' is true.");

    private static IEnumerable<HealthFinding> Judge(LoadedCertificates loaded, DateTimeOffset now)
    {
        if (loaded.LastError is { } error)
        {
            yield return new(HealthStatus.Degraded, $"The files of realm '{loaded.Realm}' were changed and cannot be taken over. {error}");
        }

        if (loaded.ClientCertificate is { } certificate)
        {
            var left = certificate.NotAfter - now;
            if (left <= TimeSpan.Zero)
            {
                yield return new(HealthStatus.Unhealthy, $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' expired on {certificate.NotAfter:u}. Renew it.");
            }
            else if (left < OverdueShare * (certificate.NotAfter - certificate.NotBefore))
            {
                yield return new(HealthStatus.Degraded, $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' expires on {certificate.NotAfter:u}, and its renewal is overdue.");
            }
        }
    }
}
