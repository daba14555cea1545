using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Realms;

/// <summary>What is wrong with the files of a realm, word for word: realm, key, file and fix.</summary>
public sealed class RealmFilesTests
{
    private TempFolder _folder = null!;
    private TestCa _authority = null!;
    private TestCertificate _client = null!;
    private TlsOptions _tls = null!;

    [SetUp]
    public void WriteFiles()
    {
        _folder = new TempFolder();
        _authority = TestCa.CreateRoot("root");
        _client = _authority.IssueClient("client");
        _tls = _folder.WriteRealm("eu", _authority, _client);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Accepts_a_realm_whose_files_fit() => Failures().Should().BeEmpty();

    [Test]
    public void Rejects_a_missing_file()
    {
        File.Delete(_tls.KeyFile!);

        Failures().Should().Equal($"realms[0].tls_config.key_file: realm 'eu': '{_tls.KeyFile}' does not exist. Check the path.");
    }

    [Test]
    public void Rejects_a_folder_without_certificates()
    {
        _tls.CaFile[0] = _folder.Root;

        Failures().Should().ContainSingle().Which.Should().Be($"realms[0].tls_config.ca_file: realm 'eu': '{_folder.Root}' has no '.pem', '.crt' or '.cer' file in it. An empty folder would trust nobody: put the certificate authorities there that vouch for the servers.");
    }

    [Test]
    public void Rejects_a_key_that_does_not_fit_the_certificate()
    {
        _folder.Write("eu/tls.key", _authority.IssueClient("other").KeyPem);

        Failures().Should().ContainSingle().Which.Should()
            .StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_tls.KeyFile}' does not fit the certificate 'CN=client' in '{_tls.CertFile}': ")
            .And.EndWith("Give the RSA or ECDSA key that this certificate was issued for.");
    }

    [Test]
    public void Rejects_an_RSA_key_for_an_ECDSA_certificate()
    {
        using var rsa = RSA.Create(2048);
        _folder.Write("eu/tls.key", rsa.ExportPkcs8PrivateKeyPem());

        Failures().Should().ContainSingle().Which.Should().Contain("does not fit the certificate 'CN=client'");
    }

    [Test]
    public void Rejects_an_empty_bundle()
    {
        _folder.Write("eu/ca.crt", "");

        Failures().Should().Equal($"realms[0].tls_config.ca_file: realm 'eu': '{_tls.CaFile[0]}' is empty, or is not an ordinary file. Check the path, and what writes the file.");
    }

    [Test]
    public void Rejects_a_bundle_of_intermediates()
    {
        _folder.Write("eu/ca.crt", _authority.CreateIntermediate("intermediate").Pem);

        Failures().Should().Equal($"realms[0].tls_config.ca_file: realm 'eu': '{_tls.CaFile[0]}' holds intermediate certificates only. Add the self-signed root: .NET trusts a chain only up to a root.");
    }

    [Test]
    public void Rejects_a_bundle_with_a_torn_block()
    {
        _folder.Write("eu/ca.crt", _authority.Pem + "\n" + TestCa.CreateRoot("second").Pem[..100]);

        Failures().Should().ContainSingle().Which.Should().Contain($"'{_tls.CaFile[0]}' has a PEM block without its end or with broken content. Write the file whole");
    }

    [Test]
    public void Rejects_a_certificate_block_that_holds_something_else()
    {
        _folder.Write("eu/ca.crt", PemEncoding.WriteString("CERTIFICATE", RandomNumberGenerator.GetBytes(100)));

        Failures().Should().ContainSingle().Which.Should().Contain("has a broken certificate (PEM block 1): ");
    }

    [Test]
    public void Rejects_swapped_paths_and_says_so()
    {
        (_tls.CertFile, _tls.KeyFile) = (_tls.KeyFile, _tls.CertFile);

        Failures().Should().Equal(
            $"realms[0].tls_config.cert_file: realm 'eu': '{_tls.CertFile}' holds a private key and no certificate. The paths of 'cert_file' and 'key_file' look swapped.",
            $"realms[0].tls_config.key_file: realm 'eu': '{_tls.KeyFile}' holds a certificate and no private key. The paths of 'cert_file' and 'key_file' look swapped.");
    }

    [Test]
    public void Rejects_an_encrypted_key()
    {
        _folder.Write("eu/tls.key", _client.Key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

        Failures().Should().ContainSingle().Which.Should().Contain("holds an encrypted private key. Set 'key_password_file'.");
    }

    [Test]
    public void Rejects_a_key_in_the_old_encrypted_form()
    {
        _folder.Write("eu/tls.key", PemEncoding.WriteString("EC PRIVATE KEY", [1, 2, 3]).Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", StringComparison.Ordinal));

        Failures().Should().ContainSingle().Which.Should().Contain("holds a private key in the old encrypted form. Convert it with 'openssl pkcs8 -topk8'");
    }

    [Test]
    public void Rejects_a_certificate_of_another_kind_instead_of_passing_it_over()
    {
        _folder.Write("eu/ca.crt", _authority.Pem + "\n" + PemEncoding.WriteString("TRUSTED CERTIFICATE", [1, 2, 3]));

        Failures().Should().ContainSingle().Which.Should().Contain("has a block of type 'TRUSTED CERTIFICATE'");
    }

    [Test]
    public void Rejects_a_device_that_is_empty()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("There is no /dev/null here.");
        }

        _tls.CaFile[0] = "/dev/null";

        Failures().Should().ContainSingle().Which.Should().StartWith("realms[0].tls_config.ca_file: realm 'eu': '/dev/null' is empty, or is not an ordinary file.");
    }

    [Test]
    public void Says_the_same_when_asked_again_and_never_falls_back_to_plaintext()
    {
        File.Delete(_tls.CaFile[0]);
        var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls });

        var first = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);
        var second = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);

        second!.Message.Should().Be(first!.Message);
    }

    [Test]
    public void Rejects_a_file_that_cannot_be_PEM()
    {
        _folder.Write("eu/tls.crt", new string('x', (1 << 20) + 1));

        Failures().Should().ContainSingle().Which.Should().Contain("is 1,048,577 bytes long. No file here needs more");
    }

    [Test]
    public void Reports_the_files_of_all_realms_at_once()
    {
        File.Delete(_tls.CaFile[0]);
        File.Delete(_tls.CertFile!);
        var second = new RealmOptions { Name = "us", Endpoints = { "b:1" }, TlsConfig = new TlsOptions { CaFile = { _folder["none"] } } };

        Failures(second).Should().HaveCount(3).And.Contain(failure => failure.Contains("realm 'us'"));
    }

    [Test]
    public void Reports_the_files_of_one_realm_together_with_the_keys_of_another()
    {
        File.Delete(_tls.CaFile[0]);

        Failures(new RealmOptions { Name = "us", Endpoints = { "nonsense" } }).Should().HaveCount(2);
    }

    [Test]
    public void Never_shows_key_material()
    {
        _folder.Write("eu/tls.key", _client.KeyPem[..^40]);
        var secret = _client.KeyPem.Split('\n')[1];

        Failures().Should().ContainSingle().Which.Should().NotContain(secret[..16]);
    }

    [TestCase("PKCS#8")]
    [TestCase("SEC1")]
    [TestCase("PKCS#1")]
    [TestCase("combined")]
    [TestCase("two keys")]
    [TestCase("CRLF")]
    [TestCase("BOM and text around")]
    public void Reads_every_usual_form_of_key(string form)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var client = _authority.Issue("client", [], TestCa.ClientAuthentication, key: form == "PKCS#1" ? rsa : ecdsa);
        _folder.Write("eu/tls.crt", client.ChainPem);
        _folder.Write("eu/tls.key", form switch
        {
            "SEC1" => ecdsa.ExportECPrivateKeyPem(),
            "PKCS#1" => rsa.ExportRSAPrivateKeyPem(),
            "combined" => client.KeyPem + client.ChainPem,
            "two keys" => client.KeyPem + _client.KeyPem,
            "CRLF" => client.KeyPem.ReplaceLineEndings("\r\n"),
            "BOM and text around" => "\uFEFFmade by hand\n" + client.KeyPem + "the end\n",
            _ => client.KeyPem,
        });

        Failures().Should().BeEmpty();
    }

    private IEnumerable<string> Failures(params RealmOptions[] more)
    {
        var realm = new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls };
        var services = TestServices.With([realm, .. more]);
        try
        {
            _ = services.Factory;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
    }
}
