using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace StoreNode;

/// <summary>Reads the PEM files once, at start: what cannot work fails here and not at the first handshake.</summary>
internal static class ServerTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public static TlsHandshakeCallbackOptions Load(ServerTlsFiles files)
    {
        var chain = ReadCertificates(files.Certificate, "--grpc-server-tls-cert");
        var leaf = WithKey(files);
        chain.RemoveAt(0);

        var options = new SslServerAuthenticationOptions
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
        return new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(options) };
    }

    private static X509Certificate2 WithKey(ServerTlsFiles files)
    {
        try
        {
            return X509Certificate2.CreateFromPem(ReadText(files.Certificate, "--grpc-server-tls-cert"), ReadText(files.Key, "--grpc-server-tls-key"));
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
        foreach (var certificate in ReadCertificates(path, "--grpc-server-tls-client-ca"))
        {
            var selfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (selfSigned ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new StartupException($"'{path}' (--grpc-server-tls-client-ca) holds no self-signed root. Append the root that its certificates lead to.");
    }

    private static X509Certificate2Collection ReadCertificates(string path, string option)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(ReadText(path, option));
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
