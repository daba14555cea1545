using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Makes one consistent set of the files of a realm, or says everything that is wrong with them.</summary>
/// <param name="realm">Whose files they are.</param>
/// <param name="errors">Takes what is wrong.</param>
/// <param name="tellsTime">Whether a message may hold the time: it is then another one whenever it is told.</param>
internal sealed class TlsFilesReader(RealmDefinition realm, ConfigurationErrors errors, bool tellsTime = false)
{
    private readonly TlsDefinition _tls = realm.Tls!;

    private string We => _tls.IsServer ? "server" : "client";

    private string Peers => _tls.IsServer ? "clients" : "servers";

    /// <param name="content">The files.</param>
    /// <param name="now">The time, by which a certificate must not have expired.</param>
    /// <param name="inUse">What these files may replace; <see langword="null"/> for the first.</param>
    public TlsFiles? Read(FileSetContent content, DateTimeOffset now, TlsFiles? inUse)
    {
        if (content.ChangedDuringRead)
        {
            AddError(ConfigKeys.CaFile, "the files changed while they were read", "Write each file to a temporary name first, then rename it");
            return null;
        }

        var hasIdentity = TryReadIdentity(content, out var identity) && (identity is null || IsTimely(identity, now, inUse));
        var authorities = ReadAuthorities(content, now, inUse);
        return hasIdentity && authorities is not null ? new TlsFiles(identity, authorities) : null;
    }

    private bool TryReadIdentity(FileSetContent content, out ClientIdentity? identity)
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
            : Try(ConfigKeys.KeyFile, keyFile, () => ClientIdentity.Create(chain, key.PrivateKey!, key.KeyIsEncrypted ? password : null, certFile));
        return identity is not null;
    }

    // The one in use may expire. A renewal that has expired already is a mistake, and so is either at the start where it must not be presented.
    private bool IsTimely(ClientIdentity identity, DateTimeOffset now, TlsFiles? inUse)
    {
        var isMistaken = inUse is null ? _tls.OnExpired == ExpiredAction.Fail : !identity.IsSameAs(inUse.Identity);
        if (isMistaken && identity.NotAfter <= now)
        {
            AddError(ConfigKeys.CertFile, $"'{_tls.CertFile}' holds a certificate that expired on {identity.NotAfter:u}{Clock(now)}", "Renew it");
        }
        else if (isMistaken && inUse is null && now < identity.NotBefore)
        {
            AddError(ConfigKeys.CertFile, $"'{_tls.CertFile}' holds a certificate that is not valid before {identity.NotBefore:u}{Clock(now)}", "Compare the clocks");
        }
        else
        {
            return true;
        }

        return false;
    }

    private string Clock(DateTimeOffset now) => tellsTime ? $"; it is now {now:u}" : "";

    private IReadOnlyList<X509Certificate2> ReadChain(PemFile file) => file switch
    {
        { Certificates: [], PrivateKey: not null } => throw new FileException("holds a private key and no certificate", "The paths of 'cert_file' and 'key_file' look swapped"),
        { Certificates: [] } => throw new FileException("holds no certificate", $"It must be PEM: the {We} certificate first, then its intermediates"),
        { Certificates: [var leaf, _, ..] } when !file.Certificates.Skip(1).Any(other => other.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData)) =>
            throw new FileException($"holds other certificates behind '{leaf.Subject}', but not that of its issuer '{leaf.Issuer}'", "Put its own intermediates there, the issuer first"),
        { Certificates: [var leaf, ..] } when _tls.IsServer && !ExtendedKeyUsage.AllowsServer(leaf) =>
            throw new FileException($"holds the certificate '{leaf.Subject}', which is not meant for servers: every client would reject it", "Issue it with the extended key usage 'server authentication'"),
        _ => file.Certificates,
    };

    private PemFile ReadKey(PemFile file) => file switch
    {
        { PrivateKey: null, Certificates: not [] } => throw new FileException("holds a certificate and no private key", "The paths of 'cert_file' and 'key_file' look swapped"),
        { PrivateKey: null } => throw new FileException("holds no private key", "It must be PEM: PKCS#8, PKCS#1 or SEC1"),
        { KeyIsEncrypted: true } when _tls.KeyPasswordFile is null => throw new FileException("holds an encrypted private key", $"Set '{ConfigKeys.KeyPasswordFile}'"),
        _ => file,
    };

    // Editors and 'echo' end a file with a line break that is not part of the password.
    private static string ReadPassword(byte[] content) => Encoding.UTF8.GetString(content).TrimStart('\uFEFF').TrimEnd('\n', '\r');

    private ImmutableHashSet<CaCertificate>? ReadAuthorities(FileSetContent content, DateTimeOffset now, TlsFiles? inUse)
    {
        if (!_tls.HasCaCertificates)
        {
            return [];
        }

        var all = ImmutableHashSet.CreateBuilder<CaCertificate>();
        var isSound = true;
        foreach (var source in _tls.CaFiles)
        {
            var files = content.Of(source).ToList();
            isSound &= files.Count > 0 || Try(ConfigKeys.CaFile, source, Nothing) is not null;
            foreach (var file in files)
            {
                var found = Try(ConfigKeys.CaFile, file.Path, () => ReadBundle(PemFile.Parse(file.Require())));
                all.UnionWith(found ?? []);
                isSound &= found is not null;
            }
        }

        return isSound && Try(ConfigKeys.CaFile, string.Join("', '", _tls.CaFiles), () => RequireAnchor(all, now, inUse)) is not null ? all.ToImmutable() : null;

        string Nothing() => throw new FileException("has no '.pem', '.crt' or '.cer' file in it", $"An empty folder would trust nobody: put the certificate authorities there that vouch for the {Peers}");
    }

    private IEnumerable<CaCertificate> ReadBundle(PemFile file) =>
        file.Certificates.Count > 0 ? [.. file.Certificates.Select(certificate => new CaCertificate(certificate))]
        : throw new FileException("holds no certificate", $"An empty bundle would trust nobody: give the certificate authorities that vouch for the {Peers}");

    private static ImmutableHashSet<CaCertificate>.Builder RequireAnchor(ImmutableHashSet<CaCertificate>.Builder authorities, DateTimeOffset now, TlsFiles? inUse)
    {
        var anchors = authorities.Where(authority => authority.IsAnchor).ToList();
        if (anchors.Count == 0)
        {
            throw new FileException("holds intermediate certificates only", "Add the self-signed root: .NET trusts a chain only up to a root");
        }

        // At the start it may be the clock that is wrong, and the handshakes will tell. Later, what there is may be better.
        return inUse is null || authorities.SetEquals(inUse.CaCertificates) || anchors.Exists(anchor => anchor.IsValidAt(now))
            ? authorities
            : throw new FileException("holds no root that is valid at present", "Add one that is");
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
            // What is no path to anything may be the password itself, and must not be shown.
            var isSecret = key == ConfigKeys.KeyPasswordFile && !File.Exists(path);
            AddError(key, $"{(isSecret ? "the file it names" : $"'{path}'")} {exception.Message}", exception.Fix);
            return null;
        }
        catch (CryptographicException exception)
        {
            // .NET reads the extensions of a certificate only when they are asked for.
            AddError(key, $"'{path}' has a broken certificate: {exception.Message.TrimEnd('.')}", "Write the file again");
            return null;
        }
    }

    private void AddError(string key, string what, string fix) =>
        realm.Origin.AddError(errors, ErrorCode.UnusableFile, realm.KeyOf(key), $"{(_tls.IsServer ? "server" : "realm")} '{realm.Name}': {what}", fix);
}
