using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace StoreNode;

/// <summary>Reads the PEM files at start, where what cannot work fails, and again for every connection.</summary>
internal static class ServerTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public static TlsHandshakeCallbackOptions Load(ServerTlsFiles files)
    {
        var current = Read(files);
        return new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(current = ReadAgain(files, current)) };
    }

    // Files that are wrong by now, or half replaced, must not keep clients out.
    private static SslServerAuthenticationOptions ReadAgain(ServerTlsFiles files, SslServerAuthenticationOptions before)
    {
        try
        {
            return Read(files);
        }
        catch (StartupException error)
        {
            Console.Error.WriteLine($"StoreNode: {error.Message} Until then the node goes on with what it read before.");
            return before;
        }
    }

    private static SslServerAuthenticationOptions Read(ServerTlsFiles files)
    {
        // A file for both is read once: it may be replaced between two readings.
        var text = ReadText(files.Certificate, "--grpc-server-tls-cert");
        var chain = ParseCertificates(text, files.Certificate, "--grpc-server-tls-cert");
        var leaf = WithKey(chain[0], files.Key == files.Certificate ? text : ReadText(files.Key, "--grpc-server-tls-key"), files);
        chain.RemoveAt(0);

        return new SslServerAuthenticationOptions
        {
            // The context sends the intermediates along; "offline" keeps it from looking for more on the network.
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            // A resumed session has no intermediates of the client left to validate.
            AllowTlsResume = false,
            ClientCertificateRequired = files.ClientCa is not null,
            CertificateChainPolicy = files.ClientCa is null ? null : ClientPolicy(files.ClientCa),
        };
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, string key, ServerTlsFiles files)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new StartupException($"'{files.Key}' holds no unencrypted private key that matches the certificate in '{files.Certificate}'. Give the pair that was issued together.", error);
        }
    }

    private static X509ChainPolicy ClientPolicy(string path)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            ApplicationPolicy = { new Oid(ClientAuthentication) },
        };
        foreach (var certificate in ParseCertificates(ReadText(path, "--grpc-server-tls-client-ca"), path, "--grpc-server-tls-client-ca"))
        {
            var selfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (selfSigned ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new StartupException($"'{path}' (--grpc-server-tls-client-ca) holds no self-signed root. Append the root that its certificates lead to.");
    }

    private static X509Certificate2Collection ParseCertificates(string text, string path, string option)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException error)
        {
            throw new StartupException($"'{path}' ({option}) holds a damaged certificate. Write it again, in PEM.", error);
        }

        return certificates.Count > 0
            ? certificates
            : throw new StartupException($"'{path}' ({option}) holds no certificate. Give a PEM file with a '-----BEGIN CERTIFICATE-----' line.");
    }

    private static string ReadText(string path, string option)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Cannot read '{path}' ({option}): {error.Message} Check the path and its permissions.", error);
        }
    }
}
