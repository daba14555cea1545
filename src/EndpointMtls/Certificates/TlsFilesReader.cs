using System.Collections.Immutable;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Reads consistent credentials from the files of a realm, or reports all errors at once.</summary>
/// <param name="realm">The realm.</param>
/// <param name="errors">Receives the errors.</param>
/// <param name="includesTime">Whether errors may include the current time. A repeated error is then a different text each time.</param>
internal sealed class TlsFilesReader(RealmDefinition realm, ConfigurationErrors errors, bool includesTime = false)
{
    private readonly TlsDefinition _tls = realm.Tls!;
    private readonly FileErrors _errors = new(realm, errors);
    private readonly IdentityReader _identity = new(realm.Tls!, new FileErrors(realm, errors), includesTime);

    private string Peer => _tls.IsServer ? "client" : "server";

    private string AddCaCertificates =>
        $"Add the certificates of the CAs that issue {Peer} certificates, as PEM. Without them, no {Peer} is trusted";

    /// <param name="content">The content of the files.</param>
    /// <param name="now">The current time.</param>
    /// <param name="inUse">The credentials that these would replace; <see langword="null"/> at the start.</param>
    /// <returns><see langword="null"/> if there are errors.</returns>
    public FileCredentials? Read(FileSetContent content, DateTimeOffset now, FileCredentials? inUse)
    {
        if (content.ChangedDuringRead)
        {
            _errors.Add(
                ConfigKeys.CaFile, "the files changed while they were read", "Write each file to a temporary name first, then rename it",
                ErrorCode.UnwrittenFile);
            return null;
        }

        var hasIdentity = _identity.TryRead(content, now, inUse, out var identity);
        var caCertificates = ReadCaCertificates(content, now, inUse);
        var revocationLists = ReadRevocationLists(content, caCertificates ?? []);
        return hasIdentity && caCertificates is not null && revocationLists is not null
            && (identity is null || _identity.CheckIssuer(identity, caCertificates, now, inUse))
            ? new FileCredentials(identity, caCertificates, revocationLists)
            {
                Warnings = [.. FileWarnings.Find(_tls, content, identity, caCertificates)],
            }
            : null;
    }

    private ImmutableHashSet<CaCertificate>? ReadCaCertificates(FileSetContent content, DateTimeOffset now, FileCredentials? inUse)
    {
        if (!_tls.HasCaCertificates)
        {
            return [];
        }

        var found = ReadAll(
            ConfigKeys.CaFile, _tls.CaFiles, content.Of, ReadBundle,
            new FileException("has no '.pem', '.crt' or '.cer' file in it", AddCaCertificates) { IsUnwritten = true });
        return found is null ? null : _errors.Try(
            ConfigKeys.CaFile, string.Join("', '", _tls.CaFiles), () => RequireAnchor([.. found], now, inUse));
    }

    private RevocationLists? ReadRevocationLists(FileSetContent content, ImmutableHashSet<CaCertificate> caCertificates)
    {
        var found = ReadAll(
            ConfigKeys.CrlFile, _tls.CrlFiles, content.CrlsOf, file => RejectForged(RevocationFile.Parse(file.Require()), caCertificates),
            new FileException("has no '.crl' or '.pem' file in it", "Add the CRLs of the CAs, or remove the key") { IsUnwritten = true });
        return found is null ? null : new RevocationLists(found);
    }

    // A CA that only peers send is unknown here. A CRL of such a CA is verified in handshakes.
    private static IReadOnlyList<RevocationList> RejectForged(
        IReadOnlyList<RevocationList> lists, ImmutableHashSet<CaCertificate> caCertificates)
    {
        var forged = lists.FirstOrDefault(list =>
            caCertificates.Where(ca => list.NamesAsSigner(ca.Certificate)).ToList() is { Count: > 0 } signers
            && !signers.Exists(ca => list.IsSignedBy(ca.Certificate)));
        return forged is null ? lists : throw new FileException(
            $"has a CRL that its CA '{Snippet.OfPeer(forged.Issuer)}' has not signed: its content or its signature was changed",
            "Write the file again");
    }

    /// <returns><see langword="null"/> if there are errors.</returns>
    private List<T>? ReadAll<T>(
        string key,
        IEnumerable<string> filesOrFolders,
        Func<string, IEnumerable<FileContent>> filesOf,
        Func<FileContent, IReadOnlyList<T>> read,
        FileException emptyFolder)
    {
        var all = new List<T>();
        var isValid = true;
        foreach (var source in filesOrFolders)
        {
            var files = filesOf(source).ToList();
            isValid &= files.Count > 0 || _errors.Try<object>(key, source, () => throw emptyFolder) is not null;
            foreach (var file in files)
            {
                var found = _errors.Try(key, file.Path, () => read(file));
                all.AddRange(found ?? []);
                isValid &= found is not null;
            }
        }

        return isValid ? all : null;
    }

    private List<CaCertificate> ReadBundle(FileContent content)
    {
        var file = PemFile.Parse(content.Require());
        if (file.Certificates.Count == 0)
        {
            throw file.OtherFormat ?? new FileException("holds no certificate", AddCaCertificates);
        }

        return [.. WeakCertificates.Reject(file.Certificates, _tls).Select(certificate => new CaCertificate(certificate))];
    }

    private static ImmutableHashSet<CaCertificate> RequireAnchor(
        ImmutableHashSet<CaCertificate> caCertificates, DateTimeOffset now, FileCredentials? inUse)
    {
        var anchors = caCertificates.Where(ca => ca.IsAnchor).ToList();
        if (anchors.Count == 0)
        {
            var ca = caCertificates.FirstOrDefault(ca => ca.IsAuthority);
            var certificate = (ca ?? caCertificates.First()).Certificate;
            var (subject, issuer) = (Snippet.OfPeer(certificate.Subject), Snippet.OfPeer(certificate.Issuer));
            throw ca is not null
                ? new FileException(
                    $"holds the intermediate CA certificate '{subject}', but no self-signed certificate",
                    $"Add the certificate of its issuer '{issuer}', up to the root CA: "
                    + ".NET accepts only self-signed certificates as trust anchors")
                : new FileException(
                    $"holds the certificate '{subject}' of a server or a client, but no CA certificate",
                    $"Set the certificate of the CA that issued it, '{issuer}'");
        }

        // At the start there is no alternative, and the clock may be wrong. Later, the certificates in use may be better.
        return inUse is null || caCertificates.SetEquals(inUse.CaCertificates) || anchors.Exists(anchor => anchor.IsValidAt(now))
            ? caCertificates
            : throw new FileException("holds no root CA certificate that is valid now", "Add one");
    }
}
