using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using EndpointMtls.Trust;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Certificates;

/// <summary>Reports changes of the certificates of one realm to the log and the meter, each change once.</summary>
internal sealed class RotationReport(string realm, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private Dictionary<X509Certificate2, ExpiryStage> _stages = [];
    private ImmutableArray<string> _warnings = [];
    private HashSet<RevocationList> _reportedLists = [];

    public void Started(RotationSnapshot first) => BestEffort.Run(() =>
    {
        logger.CertificatesLoaded(realm, Identity(first), Anchors(first));
        ReportRisks(null, first.State.InUse.Tls);
        ReportWarnings(first.Warnings);
        ReportExpiry(first);
    });

    public void Changed(RotationSnapshot before, RotationSnapshot after) => BestEffort.Run(() => Report(before, after));

    public void ListenerFailed(Exception exception) => BestEffort.Run(() => logger.ChangeCallbackFailed(realm, exception));

    private void Report(RotationSnapshot before, RotationSnapshot after)
    {
        var hasRotated = after.State.InUse.Generation != before.State.InUse.Generation;
        if (hasRotated)
        {
            logger.CertificatesRotated(realm, Identity(after), Anchors(after), after.State.InUse.Generation);
            meter.CertificatesReloaded(realm, "rotated");
        }
        else if (!after.State.HasSameInUse(before.State))
        {
            var lists = after.State.InUse.RevocationLists.All;
            logger.RevocationListsChanged(realm, lists.Length, lists.Sum(list => list.Revoked.Count));
        }

        ReportRisks(before.State.InUse.Tls, after.State.InUse.Tls);
        ReportWarnings(after.Warnings);

        if (after.Failure is { } failure && failure != before.Failure)
        {
            logger.CertificatesRejected(realm, Identity(after), failure.Message);
            meter.CertificatesReloaded(realm, "failed");
        }
        else if (after.Failure is null && before.Failure is not null && !hasRotated)
        {
            logger.CertificatesRecovered(realm);
        }

        if (after.State.PendingIdentity is { } pending && !pending.IsSameAs(before.State.PendingIdentity))
        {
            logger.CertificatePending(realm, pending.Leaf.Subject, pending.Leaf.SerialNumber, pending.NotBefore);
        }

        ReportExpiry(after);
    }

    private void ReportRisks(TlsDefinition? before, TlsDefinition after)
    {
        if (after.InsecureSkipVerify && before?.InsecureSkipVerify != true)
        {
            logger.RealmSkipsVerification(realm);
        }

        if (after.AllowWeakCertificates && before?.AllowWeakCertificates != true)
        {
            logger.RealmAllowsWeakCertificates(realm);
        }
    }

    private void ReportWarnings(ImmutableArray<string> warnings)
    {
        foreach (var warning in warnings.Except(_warnings))
        {
            logger.FilesWarning(realm, warning);
        }

        _warnings = warnings;
    }

    private void ReportExpiry(RotationSnapshot snapshot)
    {
        var (now, inUse) = (timeProvider.GetUtcNow(), snapshot.State.InUse);
        ReportExpiredLists(inUse, now);
        var stages = new Dictionary<X509Certificate2, ExpiryStage>();
        foreach (var (certificate, what, fix) in Expiring(inUse))
        {
            var (notBefore, notAfter) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
            var stage = CertificateExpiry.GetStage(notBefore, notAfter, inUse.Tls.ExpiryWarning, now);
            var isKnown = _stages.TryGetValue(certificate, out var reported);

            // The clock may be set back.
            stages[certificate] = stage > reported ? stage : reported;

            // A CA certificate has years left in its last third. At each start, that would only be noise.
            if (stage <= reported || (!isKnown && stage == ExpiryStage.LastThird))
            {
                continue;
            }

            var (subject, number) = (Snippet.OfPeer(certificate.Subject), certificate.SerialNumber);
            switch (stage)
            {
                case ExpiryStage.Expired:
                    logger.CertificateExpired(realm, what, subject, number, notAfter, now, fix);
                    break;
                case ExpiryStage.LastThird:
                    logger.CertificateInLastThird(realm, what, subject, number, notAfter);
                    break;
                default:
                    logger.CertificateExpiresSoon(realm, what, subject, number, notAfter, CertificateExpiry.TimeLeft(notAfter, now), fix);
                    break;
            }
        }

        _stages = stages;
    }

    private static IEnumerable<(X509Certificate2 Certificate, string What, string Fix)> Expiring(TlsMaterial inUse)
    {
        var caFile = inUse.Tls.IsServer ? ConfigKeys.ClientCaFile : ConfigKeys.CaFile;
        var identity = (inUse.Identity?.Sent ?? []).Select((certificate, index) => index == 0
            ? (certificate, "certificate", "Renew it")
            : (certificate, "intermediate certificate", "Renew the certificate under a newer one"));
        return identity.Concat(inUse.CaCertificates.Select(ca => (
            ca.Certificate, "CA certificate", $"Add its successor to '{caFile}', or remove it if nothing needs it")));
    }

    private void ReportExpiredLists(TlsMaterial inUse, DateTimeOffset now)
    {
        var expired = inUse.RevocationLists.Newest.Where(list => list.IsExpiredAt(now)).ToHashSet();
        foreach (var list in expired.Except(_reportedLists))
        {
            var effect = inUse.Tls.CrlMode == CrlMode.Require
                ? $"Certificates of this CA are rejected, because '{(inUse.Tls.IsServer ? ConfigKeys.ClientCrlMode : ConfigKeys.CrlMode)}' "
                    + "is 'require'"
                : "It still counts, and later revocations are unknown";
            logger.RevocationListExpired(realm, Snippet.OfPeer(list.Issuer), list.NextUpdate, now, effect);
        }

        _reportedLists = expired;
    }

    private static string Identity(RotationSnapshot snapshot) => snapshot.State.InUse.Identity is { } identity
        ? $"certificate '{identity.Leaf.Subject}' ({identity.Leaf.SerialNumber}), valid until {identity.NotAfter:u}"
        : "no certificate";

    private static string Anchors(RotationSnapshot snapshot) => snapshot.State.InUse.Tls switch
    {
        { InsecureSkipVerify: true } => "any certificate",
        { UseSystemRoots: true } => "the CA certificates of the system",
        { HasCaCertificates: false } => "no CA certificate",
        _ => ListedAnchors(snapshot.State),
    };

    private static string ListedAnchors(RotationState state) => string.Join(", ", state.InUse.CaCertificates
        .Where(ca => ca.IsAnchor)
        .Select(ca => $"'{ca.Certificate.Subject}'"
            + (state.TrustedUntil.TryGetValue(ca, out var until) ? $" (trusted until {until:u})" : ""))
        .Order(StringComparer.Ordinal));
}
