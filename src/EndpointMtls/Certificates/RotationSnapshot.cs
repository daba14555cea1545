using System.Collections.Immutable;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>All there is to tell about one realm's certificates at one moment. Immutable.</summary>
internal sealed record RotationSnapshot(
    RotationState State,
    ImmutableArray<(string Path, FileStamp? Stamp)> Files,
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
        Intermediates = [.. State.InUse.Identity?.Context.IntermediateCertificates.Select(certificate => CertificateDescription.Of(certificate)) ?? []],
        NextClientCertificate = State.PendingIdentity is { } held ? CertificateDescription.Of(held.Leaf) : null,
        InsecureSkipVerify = State.InUse.Tls.InsecureSkipVerify,
        UseSystemRoots = State.InUse.Tls.UseSystemRoots,
        Anchors = [.. State.InUse.CaCertificates
            .Where(authority => authority.IsAnchor)
            .Select(authority => CertificateDescription.Of(authority.Certificate, State.TrustedUntil.TryGetValue(authority, out var until) ? until : null))
            .OrderBy(anchor => anchor.Subject, StringComparer.Ordinal).ThenBy(anchor => anchor.NotAfter)],
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

/// <summary>Why the files could not be taken over.</summary>
internal sealed record RotationFailure(string Message, DateTimeOffset At);
