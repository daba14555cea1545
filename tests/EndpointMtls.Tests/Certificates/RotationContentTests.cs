using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Which changes of the content are a rotation.</summary>
public sealed class RotationContentTests
{
    private TestCa _authority = null!;
    private TestCa _intermediate = null!;
    private TestCertificate _client = null!;
    private RotatingRealm _realm = null!;
    private volatile bool _isSignalled;

    [SetUp]
    public void Load()
    {
        _authority = TestCa.CreateRoot("root");
        _intermediate = _authority.CreateIntermediate("intermediate");
        _client = _intermediate.IssueClient("client");
        _realm = new RotatingRealm(_authority, _client);
        _isSignalled = false;
        _realm.Provider.GetChangeToken().RegisterChangeCallback(_ => _isSignalled = true, null);
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void A_touch_is_none()
    {
        _realm.SetAge("tls.crt", TimeSpan.FromMinutes(30));
        _realm.SetAge("tls.key", TimeSpan.FromMinutes(30));
        _realm.SetAge("ca.crt", TimeSpan.FromMinutes(30));

        AssertNothingChanged();
    }

    [Test]
    public void Writing_the_same_fifty_times_is_none()
    {
        for (var write = 0; write < 50; write++)
        {
            _realm.WriteIdentity(_client);
            AssertNothingChanged();
        }
    }

    [Test]
    public void A_rotation_that_goes_back_before_anybody_looked_is_none()
    {
        _realm.WriteIdentity(_authority.IssueClient("client-2"));
        _realm.WriteIdentity(_client);

        AssertNothingChanged();
    }

    [Test]
    public void Text_around_the_blocks_is_none()
    {
        _realm.Write("tls.crt", "issued on Monday\n" + _client.ChainPem.Replace("-----\n-----", "-----\nand above it\n-----", StringComparison.Ordinal));
        _realm.Write("tls.key", _client.KeyPem + "the end\n");
        _realm.Write("ca.crt", "# the root\r\n\r\n" + _authority.Pem.ReplaceLineEndings("\r\n"));

        AssertNothingChanged();
    }

    [Test]
    public void Another_form_of_the_same_key_is_none()
    {
        _realm.Write("tls.key", ((ECDsa)_client.Key).ExportECPrivateKeyPem());

        AssertNothingChanged();
    }

    [Test]
    public void Another_order_of_the_authorities_is_none_once_there_are_several()
    {
        var second = TestCa.CreateRoot("second");
        _realm.Write("ca.crt", $"{_authority.Pem}\n{second.Pem}\n");
        AssertRotated(2);
        _isSignalled = false;
        _realm.Provider.GetChangeToken().RegisterChangeCallback(_ => _isSignalled = true, null);

        _realm.Write("ca.crt", $"{second.Pem}\n{_authority.Pem}\n{second.Pem}\n");

        _realm.LookAtHandshake().Generation.Should().Be(2);
        _isSignalled.Should().BeFalse();
        _realm.CountLogs(202).Should().Be(1);
    }

    [Test]
    public void A_renewal_that_keeps_the_key_is_one()
    {
        var renewed = _intermediate.Issue("client", [], TestCa.ClientAuthentication, key: _client.Key);
        _realm.Write("tls.crt", renewed.ChainPem);

        AssertRotated(2).ClientCertificate!.SerialNumber.Should().Be(renewed.Leaf.SerialNumber).And.NotBe(_client.Leaf.SerialNumber);
    }

    [Test]
    public void Another_intermediate_beneath_the_same_leaf_is_one()
    {
        var old = _client.Intermediates[0];
        var request = new CertificateRequest(old.SubjectName, old.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var renewed = request.Create(_authority.Certificate, old.NotBefore, old.NotAfter, [1, 2, 3]);
        _realm.Write("tls.crt", _client.Leaf.ExportCertificatePem() + "\n" + renewed.ExportCertificatePem() + "\n");

        AssertRotated(2).Intermediates.Should().ContainSingle().Which.SerialNumber.Should().Be("010203");
        _realm.Provider.CreateClientOptions("a").ClientCertificateContext!.IntermediateCertificates.Single().SerialNumber.Should().Be("010203");
    }

    [Test]
    public void Another_bundle_is_one_and_keeps_the_very_certificate()
    {
        var before = _realm.Provider.CreateClientOptions("a").ClientCertificateContext;
        _realm.Write("ca.crt", TestCa.CreateRoot("second").Pem);

        AssertRotated(2).Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=second");
        _realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().BeSameAs(before);
    }

    [Test]
    public void An_intermediate_that_only_joins_the_bundle_is_one()
    {
        _realm.Write("ca.crt", _authority.Pem + "\n" + _authority.CreateIntermediate("helper").Pem);

        AssertRotated(2).Anchors.Should().ContainSingle();
        _realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.ExtraStore.Should().ContainSingle().Which.Subject.Should().Be("CN=helper");
    }

    [Test]
    public void A_rotation_says_what_is_presented_and_trusted_now()
    {
        var second = _authority.IssueClient("client-2");
        _realm.WriteIdentity(second);

        AssertRotated(2).ChangedAt.Should().Be(_realm.Time.GetUtcNow());
        _realm.LastLog(202).Should().Be(
            $"Realm 'eu' now presents certificate 'CN=client-2' ({second.Leaf.SerialNumber}), valid until {second.Leaf.NotAfter.ToUniversalTime():u}, and trusts 'CN=root' (generation 2).");
        _realm.InUse.Files.Select(file => file.Length).Should().Equal(second.ChainPem.Length, second.KeyPem.Length, _authority.Pem.Length);
    }

    private LoadedCertificates AssertRotated(int generation)
    {
        var after = _realm.LookAtHandshake();
        after.Generation.Should().Be(generation);
        SpinWait.SpinUntil(() => _isSignalled, TimeSpan.FromSeconds(30)).Should().BeTrue("a handshake tells it, and does not wait for those who listen");
        _realm.CountLogs(202).Should().Be(generation - 1);
        return after;
    }

    private void AssertNothingChanged()
    {
        var context = _realm.Provider.CreateClientOptions("a").ClientCertificateContext;
        var after = _realm.LookAtHandshake();
        after.Generation.Should().Be(1);
        after.CheckedAt.Should().Be(_realm.Time.GetUtcNow());
        after.LastError.Should().BeNull();
        _realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().BeSameAs(context);
        _isSignalled.Should().BeFalse();
        (_realm.CountLogs(202), _realm.CountLogs(203)).Should().Be((0, 0));
    }
}
