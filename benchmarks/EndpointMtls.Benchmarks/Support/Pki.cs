using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Benchmarks;

/// <summary>The certificates of a client and a server: each has a root that the other trusts, an intermediate and a leaf.</summary>
internal sealed class Pki : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");
    private readonly TestCertificate _server;

    public Pki(KeyKind keys = KeyKind.Ec)
    {
        _server = _serverRoot.CreateIntermediate("server intermediate").Issue("server", ["localhost", "127.0.0.1"], TestCa.ServerAuthentication, key: CreateKey(keys));
        Client = _clientRoot.CreateIntermediate("client intermediate").Issue("client", [], TestCa.ClientAuthentication, key: CreateKey(keys));
        Tls = _folder.WriteRealm("realm", _serverRoot, Client);
    }

    /// <summary>The certificate of the client.</summary>
    public TestCertificate Client { get; }

    /// <summary>Writes the files, and creates the TLS options of a realm with them.</summary>
    public TlsOptions Tls { get; }

    /// <summary>Options of the server. They include the client's intermediate, because the selection callback does not send it.</summary>
    public SslServerAuthenticationOptions CreateServerOptions()
    {
        var trust = Trust(_clientRoot.Certificate);
        trust.ExtraStore.AddRange(Client.Intermediates.ToArray());
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _server.ToContext(),
            ClientCertificateRequired = true,
            CertificateChainPolicy = trust,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
        };
    }

    /// <summary>Static options of a client, built by hand.</summary>
    public SslClientAuthenticationOptions CreateClientOptions()
    {
        var options = CreateClientOptions(Trust(_serverRoot.Certificate));
        options.ClientCertificateContext = Client.ToContext();
        return options;
    }

    /// <summary>The same without a certificate, and with another trust anchor.</summary>
    public static SslClientAuthenticationOptions CreateClientOptions(X509ChainPolicy trust) => new()
    {
        TargetHost = "localhost",
        CertificateChainPolicy = trust,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
    };

    public static X509ChainPolicy Trust(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(root);
        return policy;
    }

    public void Dispose() => _folder.Dispose();

    private static AsymmetricAlgorithm CreateKey(KeyKind keys) => keys == KeyKind.Rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
}
