using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Reads consistent credentials from the files of a realm, or reports all errors at once.</summary>
/// <param name="realm">The realm.</param>
/// <param name="errors">Receives the errors.</param>
/// <param name="includesTime">Whether errors may include the current time. A repeated error is then a different text each time.</param>
internal sealed class TlsFilesReader(RealmDefinition realm, ConfigurationErrors errors, bool includesTime = false)
{
    private const string SwappedPaths = $"Swap the values of '{ConfigKeys.CertFile}' and '{ConfigKeys.KeyFile}'";

    private readonly TlsDefinition _tls = realm.Tls!;

    private string Role => _tls.IsServer ? "server" : "client";

    private string Peer => _tls.IsServer ? "client" : "server";

    /// <param name="content">The content of the files.</param>
    /// <param name="now">The current time.</param>
    /// <param name="inUse">The credentials that these would replace; <see langword="null"/> at the start.</param>
    /// <returns><see langword="null"/> if there are errors.</returns>
    public FileCredentials? Read(FileSetContent content, DateTimeOffset now, FileCredentials? inUse)
    {
        if (content.ChangedDuringRead)
        {
            AddError(
                ConfigKeys.CaFile, "the files changed while they were read", "Write each file to a temporary name first, then rename it");
            return null;
        }

        var hasIdentity = TryReadIdentity(content, out var identity) && (identity is null || CheckDates(identity, now, inUse));
        var caCertificates = ReadCaCertificates(content, now, inUse);
        var revocationLists = ReadRevocationLists(content);
        return hasIdentity && caCertificates is not null && revocationLists is not null
            ? new FileCredentials(identity, caCertificates, revocationLists)
            : null;
    }

    private bool TryReadIdentity(FileSetContent content, out LocalIdentity? identity)
    {
        identity = null;
        if (_tls is not { CertFile: { } certFile, KeyFile: { } keyFile })
        {
            return true;
        }

        var chain = Try(ConfigKeys.CertFile, certFile, () => ReadChain(PemFile.Parse(content[certFile].Require())));
        var key = Try(ConfigKeys.KeyFile, keyFile, () => ReadKey(PemFile.Parse(content[keyFile].Require())));
        var password = _tls.KeyPasswordFile is not { } passwordFile ? ""
            : Try(ConfigKeys.KeyPasswordFile, passwordFile, () => ReadPassword(content[passwordFile].Require()));
        identity = chain is null || key is null || password is null ? null
            : Try(ConfigKeys.KeyFile, keyFile, () =>
                LocalIdentity.Create(chain, key.PrivateKey!, key.KeyIsEncrypted ? password : null, certFile));
        return identity is not null;
    }

    // Later, only an identity that is not in use must be unexpired. At the start, 'on_expired' decides about both dates.
    private bool CheckDates(LocalIdentity identity, DateTimeOffset now, FileCredentials? inUse)
    {
        var mustBeValid = inUse is null ? _tls.OnExpired == ExpiredAction.Fail : !identity.IsSameAs(inUse.Identity);
        if (mustBeValid && identity.NotAfter <= now)
        {
            AddError(
                ConfigKeys.CertFile,
                $"'{_tls.CertFile}' holds a certificate that expired on {identity.NotAfter:u}{TimeText(now)}",
                "Renew it");
        }
        else if (mustBeValid && inUse is null && now < identity.NotBefore)
        {
            AddError(
                ConfigKeys.CertFile,
                $"'{_tls.CertFile}' holds a certificate that is not valid before {identity.NotBefore:u}{TimeText(now)}",
                "Check the clock of this host, or wait until the certificate is valid");
        }
        else
        {
            return true;
        }

        return false;
    }

    private string TimeText(DateTimeOffset now) => includesTime ? $"; it is now {now:u}" : "";

    private IReadOnlyList<X509Certificate2> ReadChain(PemFile file) => file switch
    {
        { Certificates: [], PrivateKey: not null } =>
            throw new FileException("holds a private key and no certificate", SwappedPaths),
        { Certificates: [] } =>
            throw new FileException("holds no certificate", $"Write PEM: the {Role} certificate first, then its intermediates"),
        { Certificates: [var leaf, _, ..] } when !file.Certificates.Skip(1).Any(other => IsIssuer(other, leaf)) =>
            throw new FileException(
                $"holds other certificates after '{leaf.Subject}', but not that of its issuer '{leaf.Issuer}'",
                "Put the certificate of the issuer directly after it"),
        { Certificates: [var leaf, ..] } when _tls.IsServer && !ExtendedKeyUsage.AllowsServer(leaf) =>
            throw new FileException(
                $"holds the certificate '{leaf.Subject}', which is not issued for servers: clients would reject it",
                "Issue it with the extended key usage 'serverAuth'"),
        _ => RejectWeak(file.Certificates),
    };

    private IReadOnlyList<X509Certificate2> RejectWeak(IReadOnlyList<X509Certificate2> certificates)
    {
        var weakness = _tls.AllowWeakCertificates ? null : certificates
            .Select(certificate => CertificateRules.FindWeakness(certificate, CaCertificate.IsSelfSigned(certificate)))
            .FirstOrDefault(weakness => weakness is not null);
        return weakness is null ? certificates : throw new FileException(
            $"holds a weak certificate: {weakness}",
            "Issue it with a strong key and signature. "
            + $"To use it although it can be forged, set '{ConfigKeys.AllowWeakCertificates}: true'");
    }

    private static bool IsIssuer(X509Certificate2 other, X509Certificate2 leaf) =>
        other.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData);

    private PemFile ReadKey(PemFile file) => file switch
    {
        { PrivateKey: null, Certificates: not [] } =>
            throw new FileException("holds a certificate and no private key", SwappedPaths),
        { PrivateKey: null } =>
            throw new FileException("holds no private key", "Write PEM: PKCS#8, PKCS#1 or SEC1"),
        { KeyIsEncrypted: true } when _tls.KeyPasswordFile is null =>
            throw new FileException("holds an encrypted private key", $"Set '{ConfigKeys.KeyPasswordFile}'"),
        _ => file,
    };

    // The line break that editors and 'echo' write at the end of a file is not part of the password.
    private static string ReadPassword(byte[] content) =>
        Encoding.UTF8.GetString(content).TrimStart('\uFEFF').TrimEnd('\n', '\r');

    private ImmutableHashSet<CaCertificate>? ReadCaCertificates(FileSetContent content, DateTimeOffset now, FileCredentials? inUse)
    {
        if (!_tls.HasCaCertificates)
        {
            return [];
        }

        var all = ImmutableHashSet.CreateBuilder<CaCertificate>();
        var isValid = true;
        foreach (var source in _tls.CaFiles)
        {
            var files = content.Of(source).ToList();
            isValid &= files.Count > 0 || Try(ConfigKeys.CaFile, source, RejectEmptyFolder) is not null;
            foreach (var file in files)
            {
                var found = Try(ConfigKeys.CaFile, file.Path, () => ReadBundle(PemFile.Parse(file.Require())));
                all.UnionWith(found ?? []);
                isValid &= found is not null;
            }
        }

        return isValid && Try(ConfigKeys.CaFile, string.Join("', '", _tls.CaFiles), () => RequireAnchor(all, now, inUse)) is not null
            ? all.ToImmutable()
            : null;

        string RejectEmptyFolder() => throw new FileException("has no '.pem', '.crt' or '.cer' file in it", AddCaCertificates);
    }

    private RevocationLists? ReadRevocationLists(FileSetContent content)
    {
        var all = new List<RevocationList>();
        var isValid = true;
        foreach (var source in _tls.CrlFiles)
        {
            var files = content.CrlsOf(source).ToList();
            isValid &= files.Count > 0 || Try(ConfigKeys.CrlFile, source, RejectEmptyFolder) is not null;
            foreach (var file in files)
            {
                var found = Try(ConfigKeys.CrlFile, file.Path, () => RevocationFile.Parse(file.Require()));
                all.AddRange(found ?? []);
                isValid &= found is not null;
            }
        }

        return !isValid ? null : all.Count == 0 ? RevocationLists.Empty : new RevocationLists(all);

        static string RejectEmptyFolder() =>
            throw new FileException("has no '.crl' or '.pem' file in it", "Add the CRLs of the CAs, or remove the key");
    }

    private IEnumerable<CaCertificate> ReadBundle(PemFile file) =>
        file.Certificates.Count > 0
            ? RejectWeak(file.Certificates).Select(certificate => new CaCertificate(certificate))
            : throw new FileException("holds no certificate", AddCaCertificates);

    private string AddCaCertificates =>
        $"Add the certificates of the CAs that issue {Peer} certificates, as PEM. Without them, no {Peer} is trusted";

    private static ImmutableHashSet<CaCertificate>.Builder RequireAnchor(
        ImmutableHashSet<CaCertificate>.Builder caCertificates, DateTimeOffset now, FileCredentials? inUse)
    {
        var anchors = caCertificates.Where(ca => ca.IsAnchor).ToList();
        if (anchors.Count == 0)
        {
            throw new FileException(
                "holds no self-signed certificate",
                "Add the root CA certificate: .NET accepts only self-signed certificates as trust anchors");
        }

        // At the start there is no alternative, and the clock may be wrong. Later, the certificates in use may be better.
        return inUse is null || caCertificates.SetEquals(inUse.CaCertificates) || anchors.Exists(anchor => anchor.IsValidAt(now))
            ? caCertificates
            : throw new FileException("holds no root CA certificate that is valid now", "Add one");
    }

    private T? Try<T>(string key, string path, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (FileException exception)
        {
            // A path without a file may be the password itself. Errors must not contain it.
            var isSecret = key == ConfigKeys.KeyPasswordFile && !File.Exists(path);
            AddError(key, $"{(isSecret ? "the file that this key names" : $"'{path}'")} {exception.Message}", exception.Fix);
            return null;
        }
        catch (CryptographicException exception)
        {
            // .NET parses an extension of a certificate when it is first read.
            AddError(key, $"'{path}' has a broken certificate: {exception.Message.TrimEnd('.')}", "Write the file again");
            return null;
        }
    }

    private void AddError(string key, string what, string fix) =>
        realm.Origin.AddError(
            errors, ErrorCode.UnusableFile, realm.KeyOf(key), $"{(_tls.IsServer ? "server" : "realm")} '{realm.Name}': {what}", fix);
}
