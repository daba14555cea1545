using System.Formats.Asn1;
using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Keys that .NET cannot use, or not in their form, are rejected by their kind, or converted.</summary>
public sealed class UnusableKeyTests
{
    private TestCa _ca = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _ca = TestCa.CreateRoot("root");
        _realm = TestRealm.NotLoaded(_ca, _ca.IssueClient("client"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [TestCase("RSA-PSS", "an RSA-PSS key", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")]
    [TestCase("explicit parameters", "an EC key with explicit parameters", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit")]
    [TestCase("Ed25519", "an Ed25519 key", "-algorithm", "ed25519")]
    [TestCase("Ed448", "an Ed448 key", "-algorithm", "ed448")]
    public void Rejects_a_key_that_NET_cannot_use(string kind, string name, params string[] arguments)
    {
        WriteSelfSigned(arguments);

        var failure = Failure();
        failure.Should().StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' holds {name} ", kind).And.Contain("cannot be used by .NET");
        failure.Should().BeApproved();
    }

    [TestCase("secp256k1")]
    [TestCase("brainpoolP256r1")]
    public void Rejects_a_weak_curve_by_name(string curve)
    {
        WriteSelfSigned("-algorithm", "EC", "-pkeyopt", $"ec_paramgen_curve:{curve}", "-pkeyopt", "ec_param_enc:named_curve");

        var failure = Failure();
        failure.Should().StartWith("realms[0].tls_config.cert_file: ").And.Contain($"'CN=openssl' has an EC key on {curve}, which is a weak curve");
        failure.Should().BeApproved();
    }

    [TestCase("RSA", "an RSA key")]
    [TestCase("P-384", "an EC key on P-384")]
    [TestCase("secp256k1", "an EC key on secp256k1")]
    [TestCase("encrypted RSA", "an RSA key")]
    public void Names_both_kinds_if_key_and_certificate_differ(string kind, string name)
    {
        using AsymmetricAlgorithm key = kind.EndsWith("RSA", StringComparison.Ordinal) ? RSA.Create(2048)
            : ECDsa.Create(kind == "P-384" ? ECCurve.NamedCurves.nistP384 : ECCurve.CreateFromFriendlyName(kind));
        _realm.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
        if (kind == "encrypted RSA")
        {
            _realm.Write("tls.key", key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
            _realm.Tls.KeyPasswordFile = _realm.Write("password", "secret");
        }

        var failure = Failure();
        failure.Should().Contain($"holds {name}, and the certificate 'CN=client' in '{_realm["tls.crt"]}' has an EC key on P-256");
        failure.Should().BeApproved();
    }

    [Test]
    public void Names_the_kind_of_a_DSA_key()
    {
        _realm.Write("tls.key", PemEncoding.WriteString("DSA PRIVATE KEY", [0x30, 0x00]));

        Failure().Should().BeApproved();
    }

    [TestCase("PKCS#8", 33, true)]
    [TestCase("PKCS#8", 34, false)]
    [TestCase("SEC1", 33, true)]
    [TestCase("SEC1", 32, false)]
    public void Reads_EC_keys_that_other_tools_write_with_another_length_or_without_the_public_key(string form, int length, bool hasPublicKey)
    {
        var client = _ca.IssueClient("client");
        var parameters = ((ECDsa)client.Key).ExportParameters(true);
        _realm.Write("tls.crt", client.ChainPem);
        _realm.Write("tls.key", WriteKey(form, [.. new byte[length - 32], .. parameters.D!], hasPublicKey ? parameters.Q : null));

        _realm.InUse.LastError.Should().BeNull();
        _realm.InUse.ClientCertificate!.SerialNumber.Should().Be(client.Leaf.SerialNumber);
    }

    [Test]
    public void Reads_an_EC_key_whose_private_value_is_too_short()
    {
        TestCertificate client;
        byte[] value;
        do
        {
            client = _ca.IssueClient("client");
            value = ((ECDsa)client.Key).ExportParameters(true).D!;
        }
        while (value[0] != 0);
        _realm.Write("tls.crt", client.ChainPem);
        _realm.Write("tls.key", WriteKey("SEC1", value[1..], null));

        _realm.InUse.ClientCertificate!.SerialNumber.Should().Be(client.Leaf.SerialNumber);
    }

    [Test]
    public void Rejects_a_converted_key_of_another_certificate()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _realm.Write("tls.key", WriteKey("SEC1", [0, .. other.ExportParameters(true).D!], null));

        Failure().Should().Contain("does not match the certificate 'CN=client'");
    }

    [Test]
    public void Reads_the_key_that_GnuTLS_writes()
    {
        _realm.Write("tls.key", Unix.Run("certtool", "--generate-privkey", "--key-type", "ecdsa", "--curve", "secp256r1"));
        WriteSelfSignedCertificate();

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=openssl");
    }

    private static string WriteKey(string form, byte[] value, ECPoint? point)
    {
        const string P256 = "1.2.840.10045.3.1.7";
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteInteger(1);
            key.WriteOctetString(value);
            if (form == "SEC1")
            {
                using (key.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    key.WriteObjectIdentifier(P256);
                }
            }

            if (point is { } given)
            {
                using (key.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                {
                    key.WriteBitString([4, .. given.X!, .. given.Y!]);
                }
            }
        }

        if (form == "SEC1")
        {
            return PemEncoding.WriteString("EC PRIVATE KEY", key.Encode());
        }

        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteInteger(0);
            using (whole.PushSequence())
            {
                whole.WriteObjectIdentifier("1.2.840.10045.2.1");
                whole.WriteObjectIdentifier(P256);
            }

            whole.WriteOctetString(key.Encode());
        }

        return PemEncoding.WriteString("PRIVATE KEY", whole.Encode());
    }

    private void WriteSelfSigned(params string[] arguments)
    {
        _realm.Write("tls.key", Unix.Run("openssl", ["genpkey", .. arguments]));
        WriteSelfSignedCertificate();
    }

    private void WriteSelfSignedCertificate() =>
        _realm.Write("tls.crt", Unix.Run("openssl", "req", "-x509", "-new", "-key", _realm["tls.key"], "-subj", "/CN=openssl", "-days", "30000"));

    private string Failure() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures.Should().ContainSingle().Subject;
}
