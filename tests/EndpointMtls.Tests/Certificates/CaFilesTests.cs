using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The files and folders of CA certificates, and the certificates that are rejected as trust anchors.</summary>
public sealed class CaFilesTests
{
    private static readonly TestCa A = TestCa.CreateRoot("a");
    private static readonly TestCa B = TestCa.CreateRoot("b");
    private static readonly TestCa C = TestCa.CreateRoot("c");

    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm() => _realm = TestRealm.NotLoaded(A, client: null);

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void Reads_several_files_and_folders()
    {
        _realm.Tls.CaFile.Add(_realm.Write("second.crt", B.Pem));
        _realm.Write("folder/c.cer", C.Pem);
        _realm.Tls.CaFile.Add(_realm["folder"]);

        Trusted().Should().Equal("CN=a", "CN=b", "CN=c");
        _realm.InUse.Files.Select(file => file.Path).Should().Equal(_realm["ca.crt"], _realm["second.crt"], _realm["folder/c.cer"]);
    }

    [Test]
    public void Reads_a_repeated_certificate_once()
    {
        _realm.Write("ca.crt", $"{A.Pem}\n{B.Pem}\n{A.Pem}\n");
        _realm.Write("folder/a.crt", A.Pem);
        _realm.Tls.CaFile.Add(_realm["folder"]);
        _realm.Tls.CaFile.Add(_realm["ca.crt"]);

        Trusted().Should().Equal("CN=a", "CN=b");
        _realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.CustomTrustStore.Count.Should().Be(2);
    }

    [Test]
    public void Reads_CA_certificates_from_the_file_of_the_client_certificate()
    {
        var client = A.IssueClient("client");
        (_realm.Tls.CertFile, _realm.Tls.KeyFile) = (_realm["ca.crt"], _realm["ca.crt"]);
        _realm.Write("ca.crt", client.ChainPem + client.KeyPem + A.Pem);

        Trusted().Should().Equal("CN=a");
        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client");
    }

    [Test]
    public void Ignores_hidden_files_other_extensions_and_subfolders()
    {
        UseFolder();
        foreach (var name in new[] { ".b.crt", "b.txt", "b", "deeper/b.crt", "..data/b.crt" })
        {
            _realm.Write($"folder/{name}", B.Pem);
        }

        Trusted().Should().Equal("CN=a");
    }

    [Test]
    public void Rotates_when_a_file_of_the_folder_is_added_changed_or_removed()
    {
        UseFolder();
        Trusted().Should().Equal("CN=a");

        _realm.Write("folder/b.crt", B.Pem);
        TrustedAfterQuietPeriod().Should().Equal("CN=a", "CN=b");

        _realm.Write("folder/b.crt", C.Pem);
        TrustedAfterQuietPeriod().Should().Equal("CN=a", "CN=c");

        File.Delete(_realm["folder/b.crt"]);
        TrustedAfterQuietPeriod().Should().Equal("CN=a");
        (_realm.InUse.Generation, _realm.CountLogs(202), _realm.CountLogs(203)).Should().Be((4, 3, 0));
    }

    [Test]
    public void Keeps_a_certificate_whose_file_is_removed_and_written_again_at_once()
    {
        UseFolder();
        _realm.Write("folder/b.crt", B.Pem);
        _ = _realm.InUse;
        File.Delete(_realm["folder/b.crt"]);
        _realm.CheckAtHandshake();
        Trusted().Should().Equal("CN=a", "CN=b");

        _realm.Write("folder/b.crt", B.Pem);

        TrustedAfterQuietPeriod().Should().Equal("CN=a", "CN=b");
        _realm.InUse.Generation.Should().Be(1);
    }

    [Test]
    public void Keeps_all_certificates_while_one_file_of_the_folder_is_invalid()
    {
        UseFolder();
        _ = _realm.InUse;
        _realm.Write("folder/b.crt", "nonsense");
        _realm.Write("folder/c.crt", C.Pem);

        TrustedAfterQuietPeriod().Should().Equal("CN=a");
        _realm.InUse.LastError.Should().Contain($"realms[0].tls_config.ca_file: realm 'eu': '{_realm["folder/b.crt"]}'");
        _realm.InUse.LastError.Should().BeApproved();

        File.Delete(_realm["folder/b.crt"]);
        TrustedAfterQuietPeriod().Should().Equal("CN=a", "CN=c");
        _realm.InUse.LastError.Should().BeNull();
    }

    [Test]
    public void Keeps_all_certificates_when_the_folder_is_empty_or_missing()
    {
        UseFolder();
        _ = _realm.InUse;
        File.Delete(_realm["folder/a.crt"]);
        TrustedAfterQuietPeriod().Should().Equal("CN=a");
        _realm.InUse.LastError.Should().Contain("has no '.pem', '.crt' or '.cer' file in it");

        Directory.Delete(_realm["folder"]);
        TrustedAfterQuietPeriod().Should().Equal("CN=a");
        _realm.InUse.LastError.Should().Contain("does not exist");
    }

    [Test]
    public void Rejects_a_file_whose_only_certificate_is_self_issued_and_not_self_signed()
    {
        using var rollover = CreateSelfIssued();
        _realm.Write("ca.crt", rollover.ExportCertificatePem());

        Failure().Should().BeApproved();
    }

    [Test]
    public void Rejects_the_certificate_of_a_server_and_names_its_issuer()
    {
        _realm.Write("ca.crt", A.IssueServer("store-1").Leaf.ExportCertificatePem());

        Failure().Should().Contain("'CN=server store-1' of a server or a client").And.BeApproved();
    }

    [Test]
    public void Rejects_an_intermediate_alone_and_names_its_issuer()
    {
        _realm.Write("ca.crt", A.IssueServer("store-1").Leaf.ExportCertificatePem() + "\n" + A.CreateIntermediate("intermediate").Pem);

        Failure().Should().Contain("the intermediate CA certificate 'CN=intermediate'").And.BeApproved();
    }

    [Test]
    public void Reads_a_self_issued_certificate_as_an_intermediate()
    {
        using var rollover = CreateSelfIssued();
        _realm.Write("ca.crt", rollover.ExportCertificatePem() + "\n" + B.Pem);

        Trusted().Should().Equal("CN=b");
        _realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.ExtraStore.Should().ContainSingle().Which.Thumbprint.Should().Be(rollover.Thumbprint);
    }

    [TestCase("2.5.29.35")]
    [TestCase("2.5.29.14")]
    public void Rejects_a_certificate_with_a_malformed_extension(string extension)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broken", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(extension, [0x30, 0x05, 0x01], critical: false));
        request.CertificateExtensions.Add(extension == "2.5.29.35"
            ? new X509SubjectKeyIdentifierExtension(request.PublicKey, false)
            : X509AuthorityKeyIdentifierExtension.CreateFromCertificate(A.Certificate, true, false));
        _realm.Write("ca.crt", request.CreateSelfSigned(A.Certificate.NotBefore, A.Certificate.NotAfter).ExportCertificatePem());

        Failure().Should().StartWith($"realms[0].tls_config.ca_file: realm 'eu': '{_realm["ca.crt"]}' has a broken certificate: ");
    }

    // When a root changes its key, the old key signs the new one under the same name.
    private static X509Certificate2 CreateSelfIssued()
    {
        var oldKey = A.Certificate.GetECDsaPrivateKey()!;
        using var newKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", newKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(A.Certificate, true, false));
        return request.Create(A.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(oldKey), A.Certificate.NotBefore, A.Certificate.NotAfter, [1, 2, 3]);
    }

    private void UseFolder()
    {
        _realm.Write("folder/a.crt", A.Pem);
        _realm.Tls.CaFile[0] = _realm["folder"];
    }

    private IEnumerable<string> Trusted() => _realm.InUse.Anchors.Select(anchor => anchor.Subject);

    // An added or removed file counts when two checks have found the same.
    private IEnumerable<string> TrustedAfterQuietPeriod()
    {
        _realm.CheckAtHandshake();
        _realm.Time.Advance(TestRealm.QuietPeriod);
        return Trusted();
    }

    private string Failure() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures.Should().ContainSingle().Subject;
}
