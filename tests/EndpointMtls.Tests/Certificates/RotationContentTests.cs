using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Which changes of the files are a rotation.</summary>
public sealed class RotationContentTests
{
    private TestCa _ca = null!;
    private TestCa _intermediate = null!;
    private TestCertificate _client = null!;
    private TestRealm _realm = null!;
    private volatile bool _isSignalled;

    [SetUp]
    public void Load()
    {
        _ca = TestCa.CreateRoot("root");
        _intermediate = _ca.CreateIntermediate("intermediate");
        _client = _intermediate.IssueClient("client");
        _realm = TestRealm.NotLoaded(_ca, _client);
        _isSignalled = false;
        _realm.Provider.GetChangeToken().RegisterChangeCallback(_ => _isSignalled = true, null);
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void A_new_file_time_is_no_rotation()
    {
        _realm.SetAge("tls.crt", TimeSpan.FromMinutes(30));
        _realm.SetAge("tls.key", TimeSpan.FromMinutes(30));
        _realm.SetAge("ca.crt", TimeSpan.FromMinutes(30));

        AssertNothingChanged();
    }

    [Test]
    public void Writing_the_same_content_again_is_no_rotation()
    {
        for (var write = 0; write < 50; write++)
        {
            _realm.Present(_client);
            AssertNothingChanged();
        }
    }

    [Test]
    public void A_change_that_is_undone_before_a_check_is_no_rotation()
    {
        _realm.Present(_ca.IssueClient("client-2"));
        _realm.Present(_client);

        AssertNothingChanged();
    }

    [Test]
    public void Text_around_the_PEM_blocks_is_no_rotation()
    {
        _realm.Write("tls.crt", "issued on Monday\n" + _client.ChainPem.Replace("-----\n-----", "-----\nand above it\n-----", StringComparison.Ordinal));
        _realm.Write("tls.key", _client.KeyPem + "the end\n");
        _realm.Write("ca.crt", "# the root\r\n\r\n" + _ca.Pem.ReplaceLineEndings("\r\n"));

        AssertNothingChanged();
    }

    [Test]
    public void Another_format_of_the_same_key_is_no_rotation()
    {
        _realm.Write("tls.key", ((ECDsa)_client.Key).ExportECPrivateKeyPem());

        AssertNothingChanged();
    }

    [Test]
    public void Time_alone_is_no_rotation()
    {
        _realm.Time.Advance(TimeSpan.FromDays(1));

        AssertNothingChanged();
    }

    [Test]
    public async Task Without_a_client_certificate_only_another_CA_bundle_is_a_rotation()
    {
        await using var realm = new TestRealm(_ca, client: null);

        (await realm.RotateAsync(_ca)).Generation.Should().Be(1);
        (await realm.RotateAsync(_ca, TestCa.CreateRoot("second"))).Generation.Should().Be(2);
    }

    [Test]
    public void Another_order_of_the_CA_certificates_is_no_rotation()
    {
        var second = TestCa.CreateRoot("second");
        _realm.Write("ca.crt", $"{_ca.Pem}\n{second.Pem}\n");
        AssertRotated(2);
        _isSignalled = false;
        _realm.Provider.GetChangeToken().RegisterChangeCallback(_ => _isSignalled = true, null);

        _realm.Write("ca.crt", $"{second.Pem}\n{_ca.Pem}\n{second.Pem}\n");

        _realm.CheckAtHandshake().Generation.Should().Be(2);
        _isSignalled.Should().BeFalse();
        _realm.CountLogs(202).Should().Be(1);
    }

    [Test]
    public void A_renewed_certificate_with_the_same_key_is_a_rotation()
    {
        var renewed = _intermediate.Issue("client", [], TestCa.ClientAuthentication, key: _client.Key);
        _realm.Write("tls.crt", renewed.ChainPem);

        AssertRotated(2).ClientCertificate!.SerialNumber.Should().Be(renewed.Leaf.SerialNumber).And.NotBe(_client.Leaf.SerialNumber);
    }

    [Test]
    public void Another_intermediate_of_the_same_leaf_is_a_rotation()
    {
        var old = _client.Intermediates[0];
        var request = new CertificateRequest(old.SubjectName, old.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var renewed = request.Create(_ca.Certificate, old.NotBefore, old.NotAfter, [1, 2, 3]);
        _realm.Write("tls.crt", _client.Leaf.ExportCertificatePem() + "\n" + renewed.ExportCertificatePem() + "\n");

        AssertRotated(2).Intermediates.Should().ContainSingle().Which.SerialNumber.Should().Be("010203");
        _realm.Provider.CreateClientOptions("a").ClientCertificateContext!.IntermediateCertificates.Single().SerialNumber.Should().Be("010203");
    }

    [Test]
    public void Another_CA_bundle_is_a_rotation_that_keeps_the_certificate_instance()
    {
        var before = _realm.Provider.CreateClientOptions("a").ClientCertificateContext;
        _realm.Write("ca.crt", TestCa.CreateRoot("second").Pem);

        AssertRotated(2).Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=second");
        _realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().BeSameAs(before);
    }

    [Test]
    public void An_added_intermediate_in_the_CA_bundle_is_a_rotation()
    {
        _realm.Write("ca.crt", _ca.Pem + "\n" + _ca.CreateIntermediate("helper").Pem);

        AssertRotated(2).Anchors.Should().ContainSingle();
        _realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.ExtraStore.Should().ContainSingle().Which.Subject.Should().Be("CN=helper");
    }

    [Test]
    public void A_rotation_logs_and_describes_what_is_presented_and_trusted()
    {
        var second = _ca.IssueClient("client-2");
        _realm.Present(second);

        AssertRotated(2).ChangedAt.Should().Be(_realm.Time.GetUtcNow());
        _realm.LastLog(202).Should().ContainAll(
            "'eu'", "'CN=client-2'", second.Leaf.SerialNumber, $"{second.Leaf.NotAfter.ToUniversalTime():u}", "'CN=root'", "generation 2");
        _realm.InUse.Files.Select(file => file.Length).Should().Equal(second.ChainPem.Length, second.KeyPem.Length, _ca.Pem.Length);
    }

    private LoadedCertificates AssertRotated(int generation)
    {
        var after = _realm.CheckAtHandshake();
        after.Generation.Should().Be(generation);
        SpinWait.SpinUntil(() => _isSignalled, TimeSpan.FromSeconds(30)).Should().BeTrue("a handshake signals the change, and does not wait for listeners");
        _realm.CountLogs(202).Should().Be(generation - 1);
        return after;
    }

    private void AssertNothingChanged()
    {
        var context = _realm.Provider.CreateClientOptions("a").ClientCertificateContext;
        var after = _realm.CheckAtHandshake();
        after.Generation.Should().Be(1);
        after.CheckedAt.Should().Be(_realm.Time.GetUtcNow());
        after.LastError.Should().BeNull();
        _realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().BeSameAs(context);
        _isSignalled.Should().BeFalse();
        (_realm.CountLogs(202), _realm.CountLogs(203)).Should().Be((0, 0));
    }
}
