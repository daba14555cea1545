using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Where authorities may stand, and what is refused as one.</summary>
public sealed class CaFilesTests
{
    private static readonly TestCa A = TestCa.CreateRoot("a");
    private static readonly TestCa B = TestCa.CreateRoot("b");
    private static readonly TestCa C = TestCa.CreateRoot("c");

    private RotatingRealm _realm = null!;

    [SetUp]
    public void CreateRealm() => _realm = new RotatingRealm(A, client: null);

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void Come_from_a_file_from_several_and_from_folders()
    {
        _realm.Tls.CaFile.Add(_realm.Write("second.crt", B.Pem));
        _realm.Write("folder/c.cer", C.Pem);
        _realm.Tls.CaFile.Add(_realm["folder"]);

        Trusted().Should().Equal("CN=a", "CN=b", "CN=c");
        _realm.InUse.Files.Select(file => file.Path).Should().Equal(_realm["ca.crt"], _realm["second.crt"], _realm["folder/c.cer"]);
    }

    [Test]
    public void Count_once_however_often_they_are_given()
    {
        _realm.Write("ca.crt", $"{A.Pem}\n{B.Pem}\n{A.Pem}\n");
        _realm.Write("folder/a.crt", A.Pem);
        _realm.Tls.CaFile.Add(_realm["folder"]);
        _realm.Tls.CaFile.Add(_realm["ca.crt"]);

        Trusted().Should().Equal("CN=a", "CN=b");
        _realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.CustomTrustStore.Count.Should().Be(2);
    }

    [Test]
    public void May_stand_in_the_file_of_the_client_certificate()
    {
        var client = A.IssueClient("client");
        (_realm.Tls.CertFile, _realm.Tls.KeyFile) = (_realm["ca.crt"], _realm["ca.crt"]);
        _realm.Write("ca.crt", client.ChainPem + client.KeyPem + A.Pem);

        Trusted().Should().Equal("CN=a");
        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client");
    }

    [Test]
    public void Of_a_folder_leave_out_what_is_hidden_named_otherwise_or_deeper()
    {
        UseFolder();
        foreach (var name in new[] { ".b.crt", "b.txt", "b", "deeper/b.crt", "..data/b.crt" })
        {
            _realm.Write($"folder/{name}", B.Pem);
        }

        Trusted().Should().Equal("CN=a");
    }

    [Test]
    public void Of_a_folder_rotate_with_every_file_that_comes_changes_or_goes()
    {
        UseFolder();
        Trusted().Should().Equal("CN=a");

        _realm.Write("folder/b.crt", B.Pem);
        TrustedAfterAWhile().Should().Equal("CN=a", "CN=b");

        _realm.Write("folder/b.crt", C.Pem);
        TrustedAfterAWhile().Should().Equal("CN=a", "CN=c");

        File.Delete(_realm["folder/b.crt"]);
        TrustedAfterAWhile().Should().Equal("CN=a");
        (_realm.InUse.Generation, _realm.CountLogs(202), _realm.CountLogs(203)).Should().Be((4, 3, 0));
    }

    [Test]
    public void Of_a_folder_stay_while_one_of_its_files_is_removed_to_be_written_anew()
    {
        UseFolder();
        _realm.Write("folder/b.crt", B.Pem);
        _ = _realm.InUse;
        File.Delete(_realm["folder/b.crt"]);
        _realm.LookAtHandshake();
        Trusted().Should().Equal("CN=a", "CN=b");

        _realm.Write("folder/b.crt", B.Pem);

        TrustedAfterAWhile().Should().Equal("CN=a", "CN=b");
        _realm.InUse.Generation.Should().Be(1);
    }

    [Test]
    public void Of_a_folder_stay_as_they_are_while_one_file_is_bad()
    {
        UseFolder();
        _ = _realm.InUse;
        _realm.Write("folder/b.crt", "nonsense");
        _realm.Write("folder/c.crt", C.Pem);

        TrustedAfterAWhile().Should().Equal("CN=a");
        _realm.InUse.LastError.Should().Be($"realms[0].tls_config.ca_file: realm 'eu': '{_realm["folder/b.crt"]}' holds no certificate. An empty bundle would trust nobody: give the certificate authorities that vouch for the servers.");

        File.Delete(_realm["folder/b.crt"]);
        TrustedAfterAWhile().Should().Equal("CN=a", "CN=c");
        _realm.InUse.LastError.Should().BeNull();
    }

    [Test]
    public void Of_a_folder_stay_when_it_is_emptied_or_gone()
    {
        UseFolder();
        _ = _realm.InUse;
        File.Delete(_realm["folder/a.crt"]);
        TrustedAfterAWhile().Should().Equal("CN=a");
        _realm.InUse.LastError.Should().Contain("has no '.pem', '.crt' or '.cer' file in it");

        Directory.Delete(_realm["folder"]);
        TrustedAfterAWhile().Should().Equal("CN=a");
        _realm.InUse.LastError.Should().Contain("does not exist");
    }

    [Test]
    public void Must_be_self_signed_and_not_merely_self_issued()
    {
        var oldKey = A.Certificate.GetECDsaPrivateKey()!;
        using var newKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", newKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(A.Certificate, true, false));
        var rollover = request.Create(A.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(oldKey), A.Certificate.NotBefore, A.Certificate.NotAfter, [1, 2, 3]);
        _realm.Write("ca.crt", rollover.ExportCertificatePem());

        Failure().Should().Be($"realms[0].tls_config.ca_file: realm 'eu': '{_realm["ca.crt"]}' holds intermediate certificates only. Add the self-signed root: .NET trusts a chain only up to a root.");
        _realm.Write("ca.crt", rollover.ExportCertificatePem() + "\n" + B.Pem);
        Trusted().Should().Equal("CN=b");
        _realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.ExtraStore.Should().ContainSingle().Which.Thumbprint.Should().Be(rollover.Thumbprint);
    }

    [TestCase("2.5.29.35")]
    [TestCase("2.5.29.14")]
    public void Say_so_when_an_extension_of_theirs_is_broken(string extension)
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

    private void UseFolder()
    {
        _realm.Write("folder/a.crt", A.Pem);
        _realm.Tls.CaFile[0] = _realm["folder"];
    }

    private IEnumerable<string> Trusted() => _realm.InUse.Anchors.Select(anchor => anchor.Subject);

    // A file that comes or goes is believed when it has been seen twice.
    private IEnumerable<string> TrustedAfterAWhile()
    {
        _realm.LookAtHandshake();
        _realm.Time.Advance(FileMonitor.QuietPeriod);
        return Trusted();
    }

    private string Failure() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures.Should().ContainSingle().Subject;
}
