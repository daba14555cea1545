using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Benchmarks;

/// <summary>A client and a server, each with a leaf under an intermediate under a root that the other one trusts.</summary>
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

    /// <summary>What the client presents.</summary>
    public TestCertificate Client { get; }

    /// <summary>What a realm says of it all, with the files written.</summary>
    public TlsOptions Tls { get; }

    /// <summary>Options of the server. They know the client's intermediate, for one of the ways to be a client does not send it.</summary>
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

    /// <summary>Options of a client as they are written by hand, once and for all.</summary>
    public SslClientAuthenticationOptions CreateClientOptions()
    {
        var options = CreateClientOptions(Trust(_serverRoot.Certificate));
        options.ClientCertificateContext = Client.ToContext();
        return options;
    }

    /// <summary>The same without a certificate, and with another trust.</summary>
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
