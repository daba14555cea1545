using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Files in another format are rejected by name, with the command that converts them.</summary>
public sealed class FileFormatTests
{
    private TestCa _ca = null!;
    private TestCertificate _client = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _ca = TestCa.CreateRoot("root");
        _client = _ca.IssueClient("client");
        _realm = TestRealm.NotLoaded(_ca, _client);
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void Rejects_another_format_with_the_command_that_converts_it(
        [Values("tls.crt", "tls.key", "ca.crt")] string name,
        [Values("DER certificate", "DER PKCS#8", "DER encrypted PKCS#8", "DER SEC1", "DER PKCS#1", "DER public key", "DER request", "DER CRL", "PKCS#7", "DER PKCS#7", "PKCS#12",
            "JKS", "request", "trusted certificate", "OpenSSH key", "EC parameters", "public key", "DH parameters", "CRL", "TPM key", "base64 of PEM", "PuTTY key",
            "base64 of DER", "OpenSSH public key", "HTML", "JSON", "formatted PEM")] string format)
    {
        var bytes = Create(format);
        _realm.Write(name, "");
        File.WriteAllBytes(_realm[name], bytes);

        var failure = Failure();
        failure.Should().Contain($"'{_realm[name]}' ").And.NotContain("no certificate").And.NotContain("no private key");
        failure.Should().BeApproved();
    }

    [Test]
    public void Rejects_another_format_in_place_of_a_CRL(
        [Values("DER certificate", "DER PKCS#8", "DER public key", "DER request", "DER PKCS#7", "PKCS#12", "JKS", "certificate", "key", "request", "PKCS#7", "OpenSSH key",
            "base64 of PEM", "base64 of DER", "HTML")] string format)
    {
        File.WriteAllBytes(_realm["ca.crl"], Create(format));
        _realm.Tls.CrlFile.Add(_realm["ca.crl"]);

        Failure().Should().StartWith($"realms[0].tls_config.crl_file: realm 'eu': '{_realm["ca.crl"]}' ").And.BeApproved();
    }

    [Test]
    public void Rejects_a_PKCS7_block_beside_certificates()
    {
        _realm.Write("ca.crt", _ca.Pem + "\n" + Encoding.ASCII.GetString(Create("PKCS#7")));

        Failure().Should().Contain("holds PKCS#7");
    }

    [Test]
    public void Ignores_other_blocks_beside_what_it_needs()
    {
        string[] formats = ["EC parameters", "DH parameters", "CRL", "request", "public key"];
        var others = string.Concat(formats.Select(format => Encoding.ASCII.GetString(Create(format)) + "\n"));
        _realm.Write("tls.crt", _client.ChainPem + others);
        _realm.Write("tls.key", others + _client.KeyPem);
        _realm.Write("ca.crt", others + _ca.Pem);

        _realm.InUse.LastError.Should().BeNull();
    }

    [Test]
    public void The_commands_for_DER_and_PKCS12_work()
    {
        File.WriteAllBytes(_realm["FILE"], Create("PKCS#12"));
        _realm.Write("tls.crt", Unix.Run("openssl", "pkcs12", "-in", _realm["FILE"], "-nokeys", "-passin", "pass:"));
        _realm.Write("tls.key", Unix.Run("openssl", "pkcs12", "-in", _realm["FILE"], "-nocerts", "-nodes", "-passin", "pass:"));
        File.WriteAllBytes(_realm["FILE"], Create("DER certificate"));
        _realm.Write("ca.crt", _ca.Pem + "\n" + Unix.Run("openssl", "x509", "-inform", "der", "-in", _realm["FILE"]));

        _realm.InUse.ClientCertificate!.SerialNumber.Should().Be(_client.Leaf.SerialNumber);
    }

    private byte[] Create(string format)
    {
        switch (format)
        {
            case "DER certificate":
                return _ca.Certificate.RawData;
            case "DER PKCS#8":
                return _client.Key.ExportPkcs8PrivateKey();
            case "DER encrypted PKCS#8":
                return _client.Key.ExportEncryptedPkcs8PrivateKey("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
            case "DER SEC1":
                return ((ECDsa)_client.Key).ExportECPrivateKey();
            case "DER PKCS#1":
                using (var rsa = RSA.Create(2048))
                {
                    return rsa.ExportRSAPrivateKey();
                }

            case "DER public key":
                return ((ECDsa)_client.Key).ExportSubjectPublicKeyInfo();
            case "DER request":
                return CreateRequest().CreateSigningRequest();
            case "request":
                return Encoding.ASCII.GetBytes(CreateRequest().CreateSigningRequestPem());
            case "DER CRL":
                return CreateList();
            case "CRL":
                return Pem("X509 CRL", CreateList());
            case "PKCS#7" or "DER PKCS#7":
                var file = _realm.Write("plain.crt", _ca.Pem);
                Unix.Run("openssl", "crl2pkcs7", "-nocrl", "-certfile", file, "-out", _realm["pkcs7"], "-outform", format == "PKCS#7" ? "pem" : "der");
                return File.ReadAllBytes(_realm["pkcs7"]);
            case "PKCS#12":
                return _client.WithKey().Export(X509ContentType.Pkcs12, "");
            case "certificate":
                return Encoding.ASCII.GetBytes(_ca.Pem);
            case "key":
                return Encoding.ASCII.GetBytes(_client.KeyPem);
            case "JKS":
                return [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2];
            case "trusted certificate":
                return Encoding.ASCII.GetBytes(_ca.Pem.Replace(" CERTIFICATE", " TRUSTED CERTIFICATE", StringComparison.Ordinal));
            case "OpenSSH key":
                return Pem("OPENSSH PRIVATE KEY", [1, 2, 3]);
            case "EC parameters":
                return Pem("EC PARAMETERS", Convert.FromHexString("06082a8648ce3d030107"));
            case "public key":
                return Encoding.ASCII.GetBytes(((ECDsa)_client.Key).ExportSubjectPublicKeyInfoPem());
            case "DH parameters":
                return Pem("DH PARAMETERS", [0x30, 0]);
            case "TPM key":
                return Pem("TSS2 PRIVATE KEY", [0x30, 0]);
            case "base64 of PEM":
                return Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.ASCII.GetBytes(_client.ChainPem)));
            case "base64 of DER":
                return Encoding.ASCII.GetBytes(Convert.ToBase64String(_ca.Certificate.RawData, Base64FormattingOptions.InsertLineBreaks));
            case "OpenSSH public key":
                return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@example.com\n"u8.ToArray();
            case "HTML":
                return "\n<!DOCTYPE html><html></html>"u8.ToArray();
            case "JSON":
                return "{ \"certificate\": \"-\" }"u8.ToArray();
            case "formatted PEM":
                return Encoding.UTF8.GetBytes(_ca.Pem.Replace("-----", "\u2013\u2013\u2013", StringComparison.Ordinal));
            case "PuTTY key":
                return "PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nEncryption: none\n"u8.ToArray();
            default:
                throw new ArgumentException(format);
        }
    }

    private CertificateRequest CreateRequest() => new("CN=request", (ECDsa)_client.Key, HashAlgorithmName.SHA256);

    private byte[] CreateList() => new CertificateRevocationListBuilder()
        .Build(_ca.Certificate, 1, new DateTimeOffset(2110, 1, 1, 0, 0, 0, TimeSpan.Zero), HashAlgorithmName.SHA256);

    private static byte[] Pem(string label, byte[] content) => Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, content));

    private string Failure() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures.Should().ContainSingle().Subject;
}
