using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Realms;

/// <summary>Errors in the files of a realm name the realm, the key, the file and the fix.</summary>
public sealed class RealmFilesTests
{
    private TempFolder _folder = null!;
    private TestCa _ca = null!;
    private TestCertificate _client = null!;
    private TlsOptions _tls = null!;

    [SetUp]
    public void WriteFiles()
    {
        _folder = new TempFolder();
        _ca = TestCa.CreateRoot("root");
        _client = _ca.IssueClient("client");
        _tls = _folder.WriteRealm("eu", _ca, _client);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Accepts_a_realm_with_matching_files() => Failures().Should().BeEmpty();

    [Test]
    public void Rejects_a_missing_file()
    {
        File.Delete(_tls.KeyFile!);

        FailureOf("key_file", _tls.KeyFile);
    }

    [Test]
    public void Rejects_a_folder_without_certificates()
    {
        _tls.CaFile[0] = _folder.Root;

        FailureOf("ca_file", _folder.Root);
    }

    [Test]
    public void Rejects_a_key_that_does_not_match_the_certificate()
    {
        _folder.Write("eu/tls.key", _ca.IssueClient("other").KeyPem);

        // The text of .NET in the middle depends on the platform.
        Failures().Should().ContainSingle().Which.Should()
            .StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_tls.KeyFile}' ").And.Contain("'CN=client'").And.Contain($"'{_tls.CertFile}'");
    }

    [Test]
    public void Rejects_an_RSA_key_for_an_ECDSA_certificate()
    {
        using var rsa = RSA.Create(2048);
        _folder.Write("eu/tls.key", rsa.ExportPkcs8PrivateKeyPem());

        Failures().Should().ContainSingle().Which.Should()
            .StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_tls.KeyFile}' ").And.Contain("'CN=client'");
    }

    [Test]
    public void Rejects_an_empty_bundle()
    {
        _folder.Write("eu/ca.crt", "");

        FailureOf("ca_file", _tls.CaFile[0]);
    }

    [Test]
    public void Rejects_a_bundle_of_intermediates()
    {
        _folder.Write("eu/ca.crt", _ca.CreateIntermediate("intermediate").Pem);

        FailureOf("ca_file", _tls.CaFile[0]);
    }

    [Test]
    public void Rejects_a_bundle_with_a_truncated_block()
    {
        _folder.Write("eu/ca.crt", _ca.Pem + "\n" + TestCa.CreateRoot("second").Pem[..100]);

        FailureOf("ca_file", _tls.CaFile[0]);
    }

    [Test]
    public void Rejects_a_certificate_block_with_other_content()
    {
        _folder.Write("eu/ca.crt", PemEncoding.WriteString("CERTIFICATE", RandomNumberGenerator.GetBytes(100)));

        Failures().Should().ContainSingle().Which.Should()
            .StartWith($"realms[0].tls_config.ca_file: realm 'eu': '{_tls.CaFile[0]}' ").And.Contain("PEM block 1");
    }

    [Test]
    public void Rejects_swapped_paths_of_certificate_and_key()
    {
        (_tls.CertFile, _tls.KeyFile) = (_tls.KeyFile, _tls.CertFile);

        var failures = Failures().ToList();

        failures.Should().SatisfyRespectively(
            failure => failure.Should().StartWith($"realms[0].tls_config.cert_file: realm 'eu': '{_tls.CertFile}' "),
            failure => failure.Should().StartWith($"realms[0].tls_config.key_file: realm 'eu': '{_tls.KeyFile}' "));
        failures.Should().BeApproved();
    }

    [Test]
    public void Rejects_an_encrypted_key()
    {
        _folder.Write("eu/tls.key", _client.Key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

        FailureOf("key_file", _tls.KeyFile).Should().Contain("'key_password_file'");
    }

    [Test]
    public void Rejects_a_key_in_the_legacy_encrypted_format()
    {
        _folder.Write("eu/tls.key", PemEncoding.WriteString("EC PRIVATE KEY", [1, 2, 3]).Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", StringComparison.Ordinal));

        FailureOf("key_file", _tls.KeyFile).Should().Contain("'openssl pkcs8 -topk8'");
    }

    [Test]
    public void Rejects_a_certificate_block_of_another_type()
    {
        _folder.Write("eu/ca.crt", _ca.Pem + "\n" + PemEncoding.WriteString("TRUSTED CERTIFICATE", [1, 2, 3]));

        FailureOf("ca_file", _tls.CaFile[0]).Should().Contain("'TRUSTED CERTIFICATE'");
    }

    [Test]
    public void Rejects_an_empty_device()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no /dev/null.");
        }

        _tls.CaFile[0] = "/dev/null";

        FailureOf("ca_file", "/dev/null");
    }

    [Test]
    public void A_failed_start_fails_again_with_the_same_error_and_never_falls_back_to_plaintext()
    {
        File.Delete(_tls.CaFile[0]);
        var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = _tls });

        var first = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);
        var second = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);

        second!.Message.Should().Be(first!.Message);
    }

    [Test]
    public void Rejects_a_file_that_is_too_large()
    {
        _folder.Write("eu/tls.crt", new string('x', (1 << 20) + 1));

        FailureOf("cert_file", _tls.CertFile).Should().Contain("1,048,577");
    }

    [Test]
    public void Reports_invalid_files_of_all_realms_at_once()
    {
        File.Delete(_tls.CaFile[0]);
        File.Delete(_tls.CertFile!);
        var second = new RealmOptions { Name = "us", Endpoints = { "b:1" }, TlsConfig = new TlsOptions { CaFile = { _folder["none"] } } };

        Failures(second).Should().HaveCount(3).And.Contain(failure => failure.Contains("realm 'us'"));
    }

    [Test]
    public void Reports_invalid_files_and_invalid_keys_of_two_realms_at_once()
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
    [TestCase("BOM and surrounding text")]
    public void Reads_every_common_format_of_key(string form)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var client = _ca.Issue("client", [], TestCa.ClientAuthentication, key: form == "PKCS#1" ? rsa : ecdsa);
        _folder.Write("eu/tls.crt", client.ChainPem);
        _folder.Write("eu/tls.key", form switch
        {
            "SEC1" => ecdsa.ExportECPrivateKeyPem(),
            "PKCS#1" => rsa.ExportRSAPrivateKeyPem(),
            "combined" => client.KeyPem + client.ChainPem,
            "two keys" => client.KeyPem + _client.KeyPem,
            "CRLF" => client.KeyPem.ReplaceLineEndings("\r\n"),
            "BOM and surrounding text" => "\uFEFFmade by hand\n" + client.KeyPem + "the end\n",
            _ => client.KeyPem,
        });

        Failures().Should().BeEmpty();
    }

    /// <summary>The only error, which is about a file and whose text is approved.</summary>
    private string FailureOf(string key, string? path)
    {
        var failure = Failures().Should().ContainSingle().Which;
        failure.Should().StartWith($"realms[0].tls_config.{key}: realm 'eu': '{path}' ");
        failure.Should().BeApproved();
        return failure;
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
