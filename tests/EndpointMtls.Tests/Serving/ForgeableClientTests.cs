using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>Certificates that the platform takes for valid, and that anybody with some money can make; and some that cannot be read.</summary>
/// <remarks>Without a handshake: OpenSSL does not let a client send them.</remarks>
public sealed class ForgeableClientTests
{
    private static readonly DateTimeOffset Before = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestAuthority _ca = TestAuthority.CreateRoot("servers");
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private TempFolder _folder = null!;
    private TestServices _services = null!;
    private ServerTls _tls = null!;

    [SetUp]
    public void CreateServer()
    {
        _folder = new TempFolder();
        _services = new TestServices(services => services.AddEndpointMtls());
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        _tls = _services.Get<ServerTlsProvider>().Get(new ServerTlsOptions
        {
            Name = nameof(ForgeableClientTests),
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { _folder.Write("clients.crt", $"{Root(RsaSigner).ExportCertificatePem()}\n{Root(EcdsaSigner).ExportCertificatePem()}\n") },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        });
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
    public async Task What_is_signed_and_keyed_soundly_gets_in()
    {
        (await RefusalAsync(Leaf(EcdsaSigner))).Should().BeNull();
        (await RefusalAsync(Leaf(RsaSigner))).Should().BeNull();
        (await RefusalAsync(Leaf(X509SignatureGenerator.CreateForRSA(_rsa, RSASignaturePadding.Pss)))).Should().BeNull();
        (await RefusalAsync(Leaf(RsaSigner, RSA.Create(1024)))).Should().BeNull("Go lets it in as well");
    }

    [TestCase("300906072A8648CE3D0401", "SHA1", "SHA-1")]
    [TestCase("300D06092A864886F70D0101050500", "SHA1", "SHA-1")]
    [TestCase("300D06092A864886F70D01010A3000", "SHA1", "SHA-1", Description = "PSS")]
    [TestCase("300D06092A864886F70D0101040500", "MD5", "MD5")]
    public async Task What_is_signed_with_a_broken_hash_does_not(string algorithm, string hash, string named)
    {
        var signer = algorithm.Contains("3D0401", StringComparison.Ordinal) ? EcdsaSigner : RsaSigner;

        var refusal = await RefusalAsync(Leaf(new OldSigner(Convert.FromHexString(algorithm), new HashAlgorithmName(hash), signer, _rsa, _ecdsa)));

        refusal.Should().Match($"*(InvalidChain)*'CN=client', issued by 'CN=*', proves nothing: 'CN=client' is signed with {named}, which can be forged*");
    }

    [Test]
    public async Task An_RSA_key_that_is_too_short_does_not() =>
        (await RefusalAsync(Leaf(RsaSigner, RSA.Create(768)))).Should().Match("*(InvalidChain)*'CN=client' has an RSA key of 768 bits, which can be broken*");

    [Test]
    public async Task A_stranger_whose_dates_cannot_be_read_is_refused_as_any_other()
    {
        var certificate = Leaf(EcdsaSigner).RawData;
        var date = certificate.AsSpan().IndexOf("200101000000Z"u8);
        "201301000000Z"u8.CopyTo(certificate.AsSpan(date));

        (await RefusalAsync(X509CertificateLoader.LoadCertificate(certificate))).Should().Contain("(InvalidChain)").And.Contain("cannot be read");
    }

    /// <returns>What the log says; <see langword="null"/> if the client is let in.</returns>
    private async Task<string?> RefusalAsync(X509Certificate2 certificate)
    {
        using var refusals = new MeterRecorder(nameof(ForgeableClientTests));
        var handshake = await _tls.PrepareHandshakeAsync();
        using var chain = new X509Chain { ChainPolicy = handshake.Options.CertificateChainPolicy! };
        var errors = chain.Build(certificate) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;

        var isLetIn = handshake.Options.RemoteCertificateValidationCallback!(this, certificate, chain, errors);

        (handshake.Client is not null).Should().Be(isLetIn);
        refusals.Of("endpoint_mtls.server.refused_clients").Should().HaveCount(isLetIn ? 0 : 1);
        return isLetIn ? null : _services.Logs.Entries.Last(entry => entry.EventId == 500).Message;
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
        var request = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.Create(new X500DistinguishedName($"CN={signer.PublicKey.Oid.Value}"), signer, Before, After, RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>Signs as was done long ago.</summary>
    private sealed class OldSigner(byte[] algorithm, HashAlgorithmName hash, X509SignatureGenerator signer, RSA rsa, ECDsa ecdsa) : X509SignatureGenerator
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
