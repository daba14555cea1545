using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Realms;

/// <summary>Checks whether the last change of configuration and certificates was applied, and when certificates expire.</summary>
internal static class RealmHealth
{
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

        foreach (var realm in registry.AllRealms.Where(realm => realm.Rotation is not null))
        {
            foreach (var finding in FindingsOf(realm.Rotation!.Describe(), realm.Definition.Tls!, now))
            {
                yield return finding;
            }
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

    private static IEnumerable<HealthFinding> FindingsOf(LoadedCertificates loaded, TlsDefinition tls, DateTimeOffset now)
    {
        if (loaded.LastError is { } error)
        {
            yield return new(
                HealthStatus.Degraded,
                $"The changed files of realm '{loaded.Realm}' were rejected; the last valid ones stay in use. {error}");
        }

        foreach (var certificate in loaded.ClientCertificate is { } leaf ? loaded.Intermediates.Prepend(leaf) : [])
        {
            if (FindExpiry(certificate) is { } expiry)
            {
                yield return new(
                    expiry.Status, $"The certificate '{certificate.Subject}' of realm '{loaded.Realm}' {expiry.Text} Renew it.");
            }
        }

        // An anchor that expires does no harm while another one verifies peers.
        if (loaded.Anchors.MaxBy(anchor => anchor.NotAfter) is { } last && FindExpiry(last) is { } end)
        {
            yield return new(
                end.Status,
                $"The last trust anchor '{last.Subject}' of realm '{loaded.Realm}' {end.Text} "
                + "Without one, no peer is trusted. Add another.");
        }

        foreach (var list in loaded.RevocationLists.DistinctBy(list => list.Issuer).Where(list => list.NextUpdate <= now))
        {
            yield return new(
                HealthStatus.Degraded,
                $"The CRL of '{Snippet.OfPeer(list.Issuer)}' in realm '{loaded.Realm}' expired on {list.NextUpdate:u}. "
                + "Replace it by a current one.");
        }

        (HealthStatus Status, string Text)? FindExpiry(CertificateDescription certificate) =>
            CertificateExpiry.GetStage(certificate.NotBefore, certificate.NotAfter, tls.ExpiryWarning, now) switch
            {
                ExpiryStage.Expired => (HealthStatus.Unhealthy, $"expired on {certificate.NotAfter:u}."),
                >= ExpiryStage.Warning => (HealthStatus.Degraded, $"expires on {certificate.NotAfter:u}, and its renewal is overdue."),
                _ => null,
            };
    }
}
