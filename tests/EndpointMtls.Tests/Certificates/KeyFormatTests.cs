using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The supported formats of certificates, keys and passwords, both at the start and in later changes.</summary>
public sealed class KeyFormatTests
{
    private const string Password = "correct horse € battery";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private TestCa _ca = null!;
    private RSA _rsa = null!;
    private TestCertificate _client = null!;
    private TestCertificate _rsaClient = null!;
    private TestRealm _realm = null!;

    [OneTimeSetUp]
    public void CreateKeys()
    {
        _ca = TestCa.CreateRoot("root");
        _rsa = RSA.Create(2048);
        _client = _ca.CreateIntermediate("upper").CreateIntermediate("lower").IssueClient("ecdsa");
        _rsaClient = _ca.Issue("rsa", [], TestCa.ClientAuthentication, key: _rsa);
    }

    [OneTimeTearDown]
    public void DisposeKeys() => _rsa.Dispose();

    [SetUp]
    public void CreateRealm() => _realm = TestRealm.NotLoaded(_ca, _ca.IssueClient("first"));

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [TestCase("PKCS#8")]
    [TestCase("PKCS#1")]
    public void Reads_RSA_keys(string form) =>
        AssertReads(_rsaClient, _rsaClient.ChainPem, form == "PKCS#1" ? _rsa.ExportRSAPrivateKeyPem() : _rsaClient.KeyPem);

    [TestCase("PKCS#8")]
    [TestCase("SEC1")]
    [TestCase("SEC1 after its parameters")]
    [TestCase("CRLF")]
    [TestCase("BOM and text around")]
    [TestCase("no line break at the end")]
    [TestCase("certificate before")]
    [TestCase("certificate after")]
    public void Reads_ECDSA_keys(string form)
    {
        var sec1 = ((ECDsa)_client.Key).ExportECPrivateKeyPem();
        AssertReads(_client, _client.ChainPem, form switch
        {
            "SEC1" => sec1,
            "SEC1 after its parameters" => PemEncoding.WriteString("EC PARAMETERS", Convert.FromHexString("06082a8648ce3d030107")) + "\n" + sec1,
            "CRLF" => _client.KeyPem.ReplaceLineEndings("\r\n"),
            "BOM and text around" => "\uFEFFmade by hand\n" + _client.KeyPem + "the end\n",
            "no line break at the end" => _client.KeyPem.TrimEnd(),
            "certificate before" => _client.ChainPem + _client.KeyPem,
            "certificate after" => _client.KeyPem + _client.ChainPem,
            _ => _client.KeyPem,
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Reads_certificate_and_key_from_one_file_in_either_order(bool keyFirst)
    {
        _realm.Tls.KeyFile = _realm.Tls.CertFile;
        var combined = keyFirst ? _client.KeyPem + _client.ChainPem : _client.ChainPem + _client.KeyPem;

        AssertReads(_client, combined, key: null);
        _realm.InUse.Files.Should().HaveCount(2, "the file of both, and the CA file");
    }

    [TestCase("CRLF")]
    [TestCase("BOM and text around")]
    public void Sends_the_whole_chain_of_the_certificate_file(string form)
    {
        var chain = _client.ChainPem;
        AssertReads(
            _client,
            form == "CRLF" ? chain.ReplaceLineEndings("\r\n") : "\uFEFFleaf:\n" + chain.Replace("-----\n-----", "-----\nand above it:\n-----", StringComparison.Ordinal),
            _client.KeyPem);
    }

    [Test]
    public void Describes_the_intermediates_that_it_sends()
    {
        var other = TestCa.CreateRoot("other").CreateIntermediate("below other");
        _realm.Write("tls.crt", _client.ChainPem + _ca.Pem + "\n" + other.Pem);
        _realm.Write("tls.key", _client.KeyPem);

        _realm.InUse.Intermediates.Select(certificate => certificate.Subject).Should().Equal(
            _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.IntermediateCertificates.Select(certificate => certificate.Subject));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("\r\n")]
    public void Decrypts_the_key_with_the_password_in_a_file(string end)
    {
        _realm.Tls.KeyPasswordFile = _realm.Write("password", Password + end);
        WriteEncrypted(_realm, _client, Password);

        AssertPresents(_realm.InUse, _client);
    }

    [Test]
    public void Ignores_a_byte_order_mark_before_the_password()
    {
        _realm.Tls.KeyPasswordFile = _realm.Write("password", $"\uFEFF{Password}\r\n");
        WriteEncrypted(_realm, _client, Password);

        AssertPresents(_realm.InUse, _client);
    }

    [Test]
    public void Keeps_the_spaces_around_a_password()
    {
        _realm.Tls.KeyPasswordFile = _realm.Write("password", $" {Password} \n");
        WriteEncrypted(_realm, _client, $" {Password} ");

        AssertPresents(_realm.InUse, _client);
    }

    [Test]
    public void Ignores_the_password_if_the_key_is_not_encrypted()
    {
        _realm.Tls.KeyPasswordFile = _realm.Write("password", Password);

        _realm.InUse.LastError.Should().BeNull();
    }

    [Test]
    public void A_password_rotates_together_with_its_key()
    {
        _realm.Tls.KeyPasswordFile = _realm.Write("password", "first");
        WriteEncrypted(_realm, _client, "first");
        AssertPresents(_realm.InUse, _client);
        var second = _ca.IssueClient("second");

        WriteEncrypted(_realm, second, "second");
        _realm.CheckAtHandshake().Should().Match<LoadedCertificates>(inUse => inUse.Generation == 1 && inUse.LastError!.Contains("the password does not decrypt"));
        _realm.Write("password", "second\n");

        AssertPresents(_realm.CheckAtHandshake(), second);
        (_realm.InUse.Generation, _realm.CountLogs(203)).Should().Be((2, 1));
    }

    [Test]
    public void Reports_that_the_password_is_wrong()
    {
        _realm.Tls.KeyPasswordFile = _realm.Write("password", "wrong");
        WriteEncrypted(_realm, _client, Password);

        Failure().Should().StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_realm["tls.key"]}' ")
            .And.Contain("holds an encrypted private key that the password does not decrypt. ");
    }

    [TestCase("password")]
    [TestCase("pa${word}")]
    [TestCase("no/folder/password")]
    public void Reports_a_missing_password_file_without_its_path(string path)
    {
        _realm.Tls.KeyPasswordFile = _realm[path];
        WriteEncrypted(_realm, _client, Password);

        var failure = Failure();
        failure.Should().Contain("key_password_file").And.NotContain(_realm[path], "the option may contain the password itself").And.NotContainAny("${word}", "no/folder");
        failure.Should().BeApproved();
    }

    [Test]
    public void Reads_the_files_that_openssl_writes()
    {
        _realm.Write("tls.key", Unix.Run("openssl", "ecparam", "-name", "prime256v1", "-genkey"));
        _realm.Write("tls.crt", Unix.Run("openssl", "req", "-x509", "-new", "-key", _realm["tls.key"], "-subj", "/CN=openssl", "-days", "30000"));
        File.ReadAllText(_realm["tls.key"]).Should().Contain("EC PARAMETERS");

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=openssl");
    }

    private void AssertReads(TestCertificate client, string chain, string? key)
    {
        if (key is null)
        {
            _realm.Write("tls.crt", client.ChainPem + client.KeyPem);
        }

        _ = _realm.InUse;
        _realm.Write("tls.crt", chain);
        if (key is not null)
        {
            _realm.Write("tls.key", key);
        }

        AssertPresents(_realm.CheckAtHandshake(), client);
    }

    private void AssertPresents(LoadedCertificates inUse, TestCertificate client)
    {
        inUse.LastError.Should().BeNull();
        inUse.ClientCertificate!.SerialNumber.Should().Be(client.Leaf.SerialNumber);
        var context = _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!;
        context.TargetCertificate.HasPrivateKey.Should().BeTrue();
        context.IntermediateCertificates.Should().Equal(client.Intermediates);
    }

    private string Failure() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures.Should().ContainSingle().Subject;

    private static void WriteEncrypted(TestRealm realm, TestCertificate client, string password)
    {
        realm.Write("tls.crt", client.ChainPem);
        realm.Write("tls.key", client.Key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption));
    }
}
