using System.Collections.Immutable;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>The certificates of a realm at one moment, with their files, times and the last error. Immutable.</summary>
internal sealed record RotationSnapshot(
    RotationState State,
    ImmutableArray<(string Path, FileStamp? Stamp)> Files,
    ImmutableArray<string> Warnings,
    DateTimeOffset ChangedAt,
    DateTimeOffset CheckedAt,
    RotationFailure? Failure)
{
    public LoadedCertificates Describe(string realm) => new()
    {
        Realm = realm,
        Generation = State.InUse.Generation,
        ChangedAt = ChangedAt,
        CheckedAt = CheckedAt,
        ClientCertificate = State.InUse.Identity is { } identity ? CertificateDescription.Of(identity.Leaf) : null,
        Intermediates =
        [
            .. State.InUse.Identity?.Context.IntermediateCertificates.Select(certificate => CertificateDescription.Of(certificate)) ?? [],
        ],
        NextClientCertificate = State.PendingIdentity is { } pending ? CertificateDescription.Of(pending.Leaf) : null,
        InsecureSkipVerify = State.InUse.Tls.InsecureSkipVerify,
        AllowWeakCertificates = State.InUse.Tls.AllowWeakCertificates,
        UseSystemRoots = State.InUse.Tls.UseSystemRoots,
        Anchors =
        [
            .. State.InUse.CaCertificates
                .Where(ca => ca.IsAnchor)
                .Select(ca => CertificateDescription.Of(ca.Certificate, State.TrustedUntil.TryGetValue(ca, out var until) ? until : null))
                .OrderBy(anchor => anchor.Subject, StringComparer.Ordinal).ThenBy(anchor => anchor.NotAfter),
        ],
        RevocationLists =
        [
            .. State.InUse.RevocationLists.All.Select(list => new RevocationListDescription
            {
                Issuer = list.Issuer,
                ThisUpdate = list.ThisUpdate,
                NextUpdate = list.NextUpdate,
                Count = list.Revoked.Count,
            }),
        ],
        Files = [.. Files.Where(file => file.Stamp is not null).Select(file => new CertificateFile
        {
            Path = file.Path,
            LastWriteTime = file.Stamp!.Value.LastWriteTime,
            Length = file.Stamp.Value.Length,
        })],
        LastError = Failure?.Message,
        LastErrorAt = Failure?.At,
    };
}

/// <summary>Why the files were rejected, and when.</summary>
internal sealed record RotationFailure(string Message, DateTimeOffset At);
