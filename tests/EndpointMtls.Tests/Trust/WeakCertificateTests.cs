using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Trust;

/// <summary>Weak certificates that the platform accepts, and malformed ones: both servers and clients reject them.</summary>
/// <remarks>There is no handshake, because OpenSSL does not send such certificates.</remarks>
[TestFixture("Server")]
[TestFixture("Client")]
public sealed class WeakCertificateTests(string peer)
{
    private static readonly DateTimeOffset Before = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _ca = TestCa.CreateRoot("servers");
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private TempFolder _folder = null!;
    private TestServices _services = null!;
    private Func<X509Certificate2, Task<string?>> _rejectAsync = null!;

    [SetUp]
    public void CreateVerifier()
    {
        _folder = new TempFolder();
        var trusted = _folder.Write("trusted.crt", $"{Root(RsaSigner).ExportCertificatePem()}\n{Root(EcdsaSigner).ExportCertificatePem()}\n");
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        _services = new TestServices(services => services.AddEndpointMtls(options =>
            options.Realms.Add(new RealmOptions { Name = "eu", Match = { "peer.example" }, TlsConfig = new TlsOptions { CaFile = { trusted }, ServerName = "peer.example" } })));
        var server = _services.GetServer(new ServerTlsOptions
        {
            Name = nameof(WeakCertificateTests),
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { trusted },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        });
        _rejectAsync = peer == "Server" ? ExplainRejectedServerAsync : client => ExplainRejectedClientAsync(server, client);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [OneTimeTearDown]
    public void DisposeKeys()
    {
        _rsa.Dispose();
        _ecdsa.Dispose();
    }

    private X509SignatureGenerator RsaSigner => X509SignatureGenerator.CreateForRSA(_rsa, RSASignaturePadding.Pkcs1);

    private X509SignatureGenerator EcdsaSigner => X509SignatureGenerator.CreateForECDsa(_ecdsa);

    [Test]
    public async Task Accepts_strong_signatures_and_keys()
    {
        (await _rejectAsync(Leaf(EcdsaSigner))).Should().BeNull();
        (await _rejectAsync(Leaf(RsaSigner))).Should().BeNull();
        (await _rejectAsync(Leaf(X509SignatureGenerator.CreateForRSA(_rsa, RSASignaturePadding.Pss)))).Should().BeNull();
    }

    [TestCase("300906072A8648CE3D0401", "SHA1", "SHA-1")]
    [TestCase("300D06092A864886F70D0101050500", "SHA1", "SHA-1")]
    [TestCase("300D06092A864886F70D01010A3000", "SHA1", "SHA-1", Description = "PSS")]
    [TestCase("300D06092A864886F70D0101040500", "MD5", "MD5")]
    public async Task Rejects_a_signature_with_a_broken_hash(string algorithm, string hash, string hashName)
    {
        var signer = algorithm.Contains("3D0401", StringComparison.Ordinal) ? EcdsaSigner : RsaSigner;

        var rejection = await _rejectAsync(Leaf(new WeakSigner(Convert.FromHexString(algorithm), new HashAlgorithmName(hash), signer, _rsa, _ecdsa)));

        rejection.Should().Contain("'CN=peer'").And.Contain($" {hashName},");
        rejection.Should().BeApproved();
    }

    [Test]
    public async Task Rejects_an_RSA_key_that_is_too_short()
    {
        var rejection = await _rejectAsync(Leaf(RsaSigner, RSA.Create(2040)));

        rejection.Should().Contain("'CN=peer'").And.Contain(" 2040 bits");
        rejection.Should().BeApproved();
    }

    [Test]
    public async Task Rejects_a_certificate_with_malformed_dates()
    {
        var certificate = Leaf(EcdsaSigner).RawData;
        var date = certificate.AsSpan().IndexOf("200101000000Z"u8);
        "201301000000Z"u8.CopyTo(certificate.AsSpan(date));

        (await _rejectAsync(X509CertificateLoader.LoadCertificate(certificate))).Should().Contain("certificate cannot be read");
    }

    /// <returns>The message of the exception; <see langword="null"/> if the client accepts the server.</returns>
    private Task<string?> ExplainRejectedServerAsync(X509Certificate2 certificate)
    {
        var options = _services.Get<RotatingCertificateProvider>("eu").CreateClientOptions("peer.example");
        using var chain = new X509Chain { ChainPolicy = options.CertificateChainPolicy! };
        var errors = chain.Build(certificate) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        try
        {
            options.RemoteCertificateValidationCallback!(this, certificate, chain, errors).Should().BeTrue();
            return Task.FromResult<string?>(null);
        }
        catch (AuthenticationException exception)
        {
            return Task.FromResult<string?>(exception.Message);
        }
    }

    /// <returns>The log message; <see langword="null"/> if the server accepts the client.</returns>
    private async Task<string?> ExplainRejectedClientAsync(ServerTls server, X509Certificate2 certificate)
    {
        using var rejections = new MeterRecorder(nameof(WeakCertificateTests));
        var handshake = await server.PrepareHandshakeAsync();
        using var chain = new X509Chain { ChainPolicy = handshake.Options.CertificateChainPolicy! };
        var errors = chain.Build(certificate) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;

        var isAccepted = handshake.Options.RemoteCertificateValidationCallback!(this, certificate, chain, errors);

        (handshake.Client is not null).Should().Be(isAccepted);
        rejections.Of("endpoint_mtls.server.rejected_clients").Should().HaveCount(isAccepted ? 0 : 1);
        return isAccepted ? null : _services.Logs.Entries.Last(entry => entry.EventId == 500).Message;
    }

    private static X509Certificate2 Root(X509SignatureGenerator signer)
    {
        var name = new X500DistinguishedName($"CN={signer.PublicKey.Oid.Value}");
        var request = new CertificateRequest(name, signer.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.Create(name, signer, Before, After, [1]);
    }

    private static X509Certificate2 Leaf(X509SignatureGenerator signer, RSA? key = null)
    {
        key ??= RSA.Create(2048);
        var request = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("peer.example");
        request.CertificateExtensions.Add(names.Build());
        return request.Create(new X500DistinguishedName($"CN={signer.PublicKey.Oid.Value}"), signer, Before, After, RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>Signs with a broken hash.</summary>
    private sealed class WeakSigner(byte[] algorithm, HashAlgorithmName hash, X509SignatureGenerator signer, RSA rsa, ECDsa ecdsa) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => algorithm;

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => algorithm switch
        {
            [.., 4, 1] => ecdsa.SignData(data, hash, DSASignatureFormat.Rfc3279DerSequence),
            [.., 0x0A, 0x30, 0] => rsa.SignData(data, hash, RSASignaturePadding.Pss),
            _ => rsa.SignData(data, hash, RSASignaturePadding.Pkcs1),
        };

        protected override PublicKey BuildPublicKey() => signer.PublicKey;
    }
}
