using EndpointMtls.Async;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Certificates;

/// <summary>Tells what happens to the certificates of one realm: each thing once, in the log and to the meter.</summary>
internal sealed class RotationReport(string realm, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private ClientIdentity? _toldAsExpired;

    public void Started(RotationSnapshot first) => BestEffort.Run(() =>
    {
        logger.CertificatesLoaded(realm, Identity(first), Anchors(first));
        TellWeakness(first);
        TellExpiry(first);
    });

    public void Changed(RotationSnapshot before, RotationSnapshot after) => BestEffort.Run(() => Tell(before, after));

    public void ListenerFailed(Exception exception) => BestEffort.Run(() => logger.ChangeCallbackFailed(realm, exception));

    private void Tell(RotationSnapshot before, RotationSnapshot after)
    {
        var hasRotated = after.State.InUse.Generation != before.State.InUse.Generation;
        if (hasRotated)
        {
            logger.CertificatesRotated(realm, Identity(after), Anchors(after), after.State.InUse.Generation);
            meter.CertificatesReloaded(realm, "rotated");
        }

        if (!before.State.InUse.Tls.InsecureSkipVerify)
        {
            TellWeakness(after);
        }

        if (after.Failure is { } failure && failure != before.Failure)
        {
            logger.CertificatesRejected(realm, Identity(after), failure.Message);
            meter.CertificatesReloaded(realm, "failed");
        }
        else if (after.Failure is null && before.Failure is not null && !hasRotated)
        {
            logger.CertificatesRecovered(realm);
        }

        if (after.State.PendingIdentity is { } held && !held.IsSameAs(before.State.PendingIdentity))
        {
            logger.CertificatePending(realm, held.Leaf.Subject, held.Leaf.SerialNumber, held.NotBefore);
        }

        TellExpiry(after);
    }

    private void TellWeakness(RotationSnapshot snapshot)
    {
        if (snapshot.State.InUse.Tls.InsecureSkipVerify)
        {
            logger.RealmSkipsVerification(realm);
        }
    }

    private void TellExpiry(RotationSnapshot snapshot)
    {
        var now = timeProvider.GetUtcNow();
        if (snapshot.State.InUse.Identity is { } identity && now >= identity.NotAfter && !identity.IsSameAs(_toldAsExpired))
        {
            _toldAsExpired = identity;
            logger.CertificateExpired(realm, identity.Leaf.Subject, identity.Leaf.SerialNumber, identity.NotAfter, now);
        }
    }

    private static string Identity(RotationSnapshot snapshot) => snapshot.State.InUse.Identity is { } identity
        ? $"certificate '{identity.Leaf.Subject}' ({identity.Leaf.SerialNumber}), valid until {identity.NotAfter:u}"
        : "no certificate";

    private static string Anchors(RotationSnapshot snapshot) => snapshot.State.InUse.Tls switch
    {
        { InsecureSkipVerify: true } => "anybody",
        { UseSystemRoots: true } => "the authorities of the system",
        { HasCaCertificates: false } => "nobody",
        _ => Listed(snapshot),
    };

    private static string Listed(RotationSnapshot snapshot) => string.Join(", ", snapshot.State.InUse.CaCertificates
        .Where(authority => authority.IsAnchor)
        .Select(authority => $"'{authority.Certificate.Subject}'" + (snapshot.State.TrustedUntil.TryGetValue(authority, out var until) ? $" (on notice until {until:u})" : ""))
        .Order(StringComparer.Ordinal));
}
