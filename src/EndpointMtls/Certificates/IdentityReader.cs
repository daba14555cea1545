using System.Security.Cryptography.X509Certificates;
using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Reads the certificate that a realm presents, with its chain and its key.</summary>
/// <param name="tls">The options of the realm.</param>
/// <param name="errors">Receives the errors.</param>
/// <param name="includesTime">Whether errors may include the current time. A repeated error is then a different text each time.</param>
internal sealed class IdentityReader(TlsDefinition tls, FileErrors errors, bool includesTime)
{
    private const string SwappedPaths = $"Swap the values of '{ConfigKeys.CertFile}' and '{ConfigKeys.KeyFile}'";

    private string Role => tls.IsServer ? "server" : "client";

    /// <param name="content">The content of the files.</param>
    /// <param name="now">The current time.</param>
    /// <param name="inUse">The credentials that these would replace; <see langword="null"/> at the start.</param>
    /// <param name="identity">The certificate; <see langword="null"/> if the realm has none.</param>
    /// <returns><see langword="false"/> if there are errors.</returns>
    public bool TryRead(FileSetContent content, DateTimeOffset now, FileCredentials? inUse, out LocalIdentity? identity) =>
        TryReadFiles(content, inUse, out identity) && (identity is null || CheckDates(identity, now, inUse));

    private bool TryReadFiles(FileSetContent content, FileCredentials? inUse, out LocalIdentity? identity)
    {
        identity = null;
        if (tls is not { CertFile: { } certFile, KeyFile: { } keyFile })
        {
            return true;
        }

        var certificates = errors.Try(ConfigKeys.CertFile, certFile, () => ReadCertificates(PemFile.Parse(content[certFile].Require())));
        var key = errors.Try(ConfigKeys.KeyFile, keyFile, () => ReadKey(PemFile.Parse(content[keyFile].Require())));
        var password = tls.KeyPasswordFile is not { } passwordFile ? ""
            : errors.Try(ConfigKeys.KeyPasswordFile, passwordFile, () => ReadPassword(content[passwordFile].Require()));
        var publicKey = password is null ? null : key?.FindPublicKey(password);
        var kind = key?.Kind ?? (publicKey is null ? null : KeyKind.Of(publicKey));
        if (certificates is null
            || (key is not null && errors.Try(ConfigKeys.KeyFile, keyFile, () => RejectUnusable(certificates[0])) is null)
            || errors.Try(ConfigKeys.CertFile, certFile, () => CheckChain(certificates, publicKey, inUse)) is null
            || key is null || password is null)
        {
            return false;
        }

        identity = errors.Try(ConfigKeys.KeyFile, keyFile, () => LocalIdentity.Create(certificates, key, kind, password, certFile));
        return identity is not null;

        KeyKind RejectUnusable(X509Certificate2 leaf) => (kind ?? KeyKind.Of(leaf)) is not { IsUnusable: true } unusable
            ? KeyKind.Of(leaf)
            : throw new FileException(
                $"holds {unusable.Name} for the certificate '{leaf.Subject}' in '{certFile}', which cannot be used by .NET",
                "Issue the certificate with an ECDSA (P-256) or RSA key");
    }

    // Later, only an identity that is not in use must be unexpired. At the start, 'on_expired' decides about both dates.
    private bool CheckDates(LocalIdentity identity, DateTimeOffset now, FileCredentials? inUse)
    {
        var mustBeValid = inUse is null ? tls.OnExpired == ExpiredAction.Fail : !identity.IsSameAs(inUse.Identity);
        if (mustBeValid && identity.NotAfter <= now)
        {
            errors.Add(
                ConfigKeys.CertFile,
                $"'{tls.CertFile}' holds the certificate '{identity.FirstToExpire.Subject}', which expired on {identity.NotAfter:u}"
                    + TimeText(now),
                "Renew it");
        }
        else if (mustBeValid && inUse is null && now < identity.NotBefore)
        {
            errors.Add(
                ConfigKeys.CertFile,
                $"'{tls.CertFile}' holds the certificate '{identity.LastToBegin.Subject}', which is not valid before {identity.NotBefore:u}"
                    + TimeText(now),
                "Check the clock of this host, or wait until the certificate is valid");
        }
        else
        {
            return true;
        }

        return false;
    }

    /// <summary>Rejects a certificate without intermediates that replaces one with them: its file may not be complete.</summary>
    /// <param name="identity">The certificate.</param>
    /// <param name="caCertificates">The CA certificates of the realm.</param>
    /// <param name="now">The current time.</param>
    /// <param name="inUse">The credentials that these would replace; <see langword="null"/> at the start.</param>
    /// <returns><see langword="false"/> if there is an error.</returns>
    public bool CheckIssuer(
        LocalIdentity identity, IReadOnlyCollection<CaCertificate> caCertificates, DateTimeOffset now, FileCredentials? inUse)
    {
        // An expired certificate is not worth keeping.
        if (inUse?.Identity is not { } previous || previous.NotAfter <= now || identity.IsSameAs(previous)
            || identity.FindWithoutIssuer(caCertificates) is not { } last
            || !previous.Sent.Skip(1).Any(intermediate => identity.Sent.Length == 1 || CaCertificate.HasIssued(intermediate, last)))
        {
            return true;
        }

        errors.Add(
            ConfigKeys.CertFile,
            $"'{tls.CertFile}' holds '{last.Subject}' without the certificate of its issuer '{last.Issuer}', and the certificate in use "
                + "has its intermediates",
            $"Add the certificate of '{last.Issuer}' after it. Write the file to a temporary name first, then rename it");
        return false;
    }

    private string TimeText(DateTimeOffset now) => includesTime ? $"; it is now {now:u}" : "";

    private IReadOnlyList<X509Certificate2> ReadCertificates(PemFile file) => file switch
    {
        { Certificates: not [] } => file.Certificates,
        { PrivateKey: not null } => throw new FileException("holds a private key and no certificate", SwappedPaths),
        { OtherFormat: { } other } => throw other,
        _ => throw new FileException("holds no certificate", $"Write PEM: the {Role} certificate first, then its intermediates"),
    };

    private IReadOnlyList<X509Certificate2> CheckChain(
        IReadOnlyList<X509Certificate2> chain, PublicKey? key, FileCredentials? inUse)
    {
        var leaf = chain[0];
        if (key is not null && chain.FirstOrDefault(certificate => HasKey(certificate, key)) is { } owner && owner != leaf)
        {
            throw new FileException(
                $"holds '{leaf.Subject}' first, and the key in '{tls.KeyFile}' belongs to '{owner.Subject}'",
                $"Put '{owner.Subject}' first, then its intermediates");
        }

        if (chain.Count > 1 && !chain.Skip(1).Any(other => CaCertificate.HasIssued(other, leaf)))
        {
            throw new FileException(
                $"holds other certificates after '{leaf.Subject}', but not that of its issuer '{leaf.Issuer}'",
                "Put the certificate of the issuer directly after it");
        }

        CheckUsage(leaf, inUse?.Identity?.Leaf);
        return WeakCertificates.Reject(chain, tls);
    }

    private void CheckUsage(X509Certificate2 leaf, X509Certificate2? inUse)
    {
        if (tls.IsServer && !ExtendedKeyUsage.AllowsServer(leaf))
        {
            throw new FileException(
                $"holds the certificate '{leaf.Subject}', which is not issued for servers: clients would reject it",
                "Issue it with the extended key usage 'serverAuth'");
        }

        // A realm may be used by a server, and a server's certificate is right then. FileWarnings names it.
        if (!tls.IsServer && !ExtendedKeyUsage.AllowsClient(leaf)
            && (!ExtendedKeyUsage.AllowsServer(leaf) || (inUse is not null && ExtendedKeyUsage.AllowsClient(inUse))))
        {
            throw new FileException(
                $"holds the certificate '{leaf.Subject}', which is not issued for clients: servers would reject it",
                "Issue it with the extended key usage 'clientAuth'");
        }
    }

    private static bool HasKey(X509Certificate2 certificate, PublicKey key) =>
        certificate.PublicKey.Oid.Value == key.Oid.Value
        && certificate.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(key.EncodedKeyValue.RawData);

    private PrivateKey ReadKey(PemFile file) => file switch
    {
        { PrivateKey: { IsEncrypted: true } } when tls.KeyPasswordFile is null =>
            throw new FileException("holds an encrypted private key", $"Set '{ConfigKeys.KeyPasswordFile}'"),
        { PrivateKey: { } key } => key,
        { Certificates: not [] } => throw new FileException("holds a certificate and no private key", SwappedPaths),
        { OtherFormat: { } other } => throw other,
        _ => throw new FileException("holds no private key", "Write PEM: PKCS#8, PKCS#1 or SEC1"),
    };

    // The line break that editors and 'echo' write at the end of a file is not part of the password.
    private static string ReadPassword(byte[] content) =>
        Encoding.UTF8.GetString(content).TrimStart('\uFEFF').TrimEnd('\n', '\r');
}
