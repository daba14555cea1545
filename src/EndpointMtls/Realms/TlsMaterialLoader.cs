using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration;

namespace EndpointMtls.Realms;

/// <summary>Loads the files of a realm into one consistent set, or says everything that is wrong with them.</summary>
internal sealed class TlsMaterialLoader(TlsDefinition definition, Action<string, string, string> addError)
{
    public TlsMaterial? Load()
    {
        var hasIdentity = TryLoadIdentity(out var identity);
        var authorities = Try(ConfigKeys.CaFile, definition.CaFile, path => LoadAuthorities(PemFile.Read(path)));
        return hasIdentity && authorities is var (anchors, intermediates)
            ? new TlsMaterial(identity, anchors, intermediates)
            : null;
    }

    private bool TryLoadIdentity(out SslStreamCertificateContext? identity)
    {
        identity = null;
        if (definition is not { CertFile: { } certFile, KeyFile: { } keyFile })
        {
            return true;
        }

        var chain = Try(ConfigKeys.CertFile, certFile, path => LoadChain(PemFile.Read(path)));
        var key = Try(ConfigKeys.KeyFile, keyFile, path => LoadKey(PemFile.Read(path)));
        identity = chain is null || key is null ? null : Try(ConfigKeys.KeyFile, keyFile, _ => Combine(chain, key, certFile));
        return identity is not null;
    }

    private static IReadOnlyList<X509Certificate2> LoadChain(PemFile file) =>
        file.Certificates.Count > 0 ? file.Certificates
        : file.HoldsKey ? throw new PemException("holds a private key and no certificate", "The paths of 'cert_file' and 'key_file' look swapped")
        : throw new PemException("holds no certificate", "It must be PEM: the client certificate first, then its intermediates");

    private static string LoadKey(PemFile file) =>
        file.PrivateKey
        ?? (file.KeyIsEncrypted ? throw new PemException("holds an encrypted private key", "Give an unencrypted one, readable by this process only")
            : file.Certificates.Count > 0 ? throw new PemException("holds a certificate and no private key", "The paths of 'cert_file' and 'key_file' look swapped")
            : throw new PemException("holds no private key", "It must be PEM: PKCS#8, PKCS#1 or SEC1"));

    private static SslStreamCertificateContext Combine(IReadOnlyList<X509Certificate2> chain, string key, string certFile)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), key);
            if (OperatingSystem.IsWindows())
            {
                // SChannel refuses ephemeral keys.
                leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            }

            // Only a context made ahead sends the intermediates; offline, so that no handshake ever waits for a download.
            return SslStreamCertificateContext.Create(leaf, [.. chain.Skip(1)], offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new PemException(
                $"does not fit the certificate '{chain[0].Subject}' in '{certFile}': {exception.Message.TrimEnd('.')}",
                "Give the RSA or ECDSA key that this certificate was issued for", exception);
        }
    }

    private static Authorities LoadAuthorities(PemFile file)
    {
        if (file.Certificates.Count == 0)
        {
            throw new PemException("holds no certificate", "An empty bundle would trust nobody: give the certificate authorities that vouch for the servers");
        }

        var anchors = file.Certificates.Where(IsSelfIssued).ToList();
        return anchors.Count > 0
            ? new Authorities(anchors, [.. file.Certificates.Where(certificate => !IsSelfIssued(certificate))])
            : throw new PemException("holds intermediate certificates only", "Add the self-signed root: .NET trusts a chain only up to a root");
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private T? Try<T>(string key, string path, Func<string, T> load)
        where T : class
    {
        try
        {
            return load(path);
        }
        catch (PemException exception)
        {
            addError(key, $"'{path}' {exception.Message}", exception.Fix);
            return null;
        }
    }

    private sealed record Authorities(IReadOnlyList<X509Certificate2> Anchors, IReadOnlyList<X509Certificate2> Intermediates);
}
