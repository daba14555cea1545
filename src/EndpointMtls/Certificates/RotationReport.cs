using System.Collections.Immutable;
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
    private LocalIdentity? _reportedAsExpired;
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
        var now = timeProvider.GetUtcNow();
        if (snapshot.State.InUse.Identity is { } identity && now >= identity.NotAfter && !identity.IsSameAs(_reportedAsExpired))
        {
            _reportedAsExpired = identity;
            logger.CertificateExpired(realm, identity.Leaf.Subject, identity.Leaf.SerialNumber, identity.NotAfter, now);
        }

        ReportExpiredLists(snapshot.State.InUse, now);
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
