using System.Security.Cryptography;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>A file that is cut at any byte does not replace the last valid one, unless it is whole.</summary>
public sealed class TornFileTests
{
    private static readonly TestCa Root = TestCa.CreateRoot("root");
    private static readonly TestCa Upper = Root.CreateIntermediate("upper");
    private static readonly TestCertificate First = Upper.IssueClient("first");
    private static readonly TestCertificate Second = Upper.IssueClient("second");

    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm() => _realm = TestRealm.NotLoaded(Root, First);

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public async Task A_chain_that_is_cut_is_not_presented()
    {
        _ = _realm.InUse;
        _realm.Write("tls.key", Second.KeyPem);

        await CutEverywhereAsync("tls.crt", Second.ChainPem);

        _realm.Generation.Should().Be(1);
        _realm.Write("tls.crt", Second.ChainPem);
        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=second");
        _realm.InUse.Intermediates.Should().ContainSingle();
    }

    [TestCase("PKCS#8")]
    [TestCase("SEC1")]
    [TestCase("encrypted")]
    public async Task A_key_that_is_cut_is_not_used(string form)
    {
        _realm.Tls.KeyPasswordFile = form == "encrypted" ? _realm.Write("password", "secret") : null;
        var (first, second) = (Export(First), Export(Second));
        _realm.Write("tls.key", first);
        _ = _realm.InUse;
        _realm.Write("tls.crt", Second.ChainPem);

        await CutEverywhereAsync("tls.key", second);

        _realm.Generation.Should().Be(1);
        _realm.Write("tls.key", second);
        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=second");

        string Export(TestCertificate certificate) => form switch
        {
            "PKCS#8" => certificate.KeyPem,
            "SEC1" => ((ECDsa)certificate.Key).ExportECPrivateKeyPem() + "\n",
            _ => certificate.Key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)) + "\n",
        };
    }

    [Test]
    public async Task A_bundle_that_is_cut_inside_a_block_is_not_trusted()
    {
        _ = _realm.InUse;
        var bundle = TestCa.CreateRoot("other").Pem + "\n" + TestCa.CreateRoot("third").Pem + "\n";

        await CutEverywhereAsync("ca.crt", bundle, bundle.IndexOf("-----\n-----", StringComparison.Ordinal) + 5);

        _realm.Generation.Should().Be(1);
        _realm.Write("ca.crt", bundle);
        _realm.CheckAtHandshake().Anchors.Select(anchor => anchor.Subject).Should().Equal("CN=other", "CN=third");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_CRL_that_is_cut_is_not_used(bool isPem)
    {
        _realm.Tls.CrlFile.Add(_realm.Write("ca.crl", Root.IssueCrl()));
        _ = _realm.InUse;
        var list = Root.IssueCrl([First.Leaf], thisUpdate: null, nextUpdate: null);
        var content = isPem ? TestCa.ToPem(list) : null;

        for (var length = 0; length < (content?.Length - 1 ?? list.Length); length++)
        {
            WriteList(length);
            (await _realm.ReloadAsync()).LastError.Should().NotBeNull($"{length} bytes are not a CRL");
            _realm.InUse.RevocationLists.Should().ContainSingle().Which.Count.Should().Be(0);
        }

        WriteList(content?.Length ?? list.Length);
        _realm.CheckAtHandshake().RevocationLists.Should().ContainSingle().Which.Count.Should().Be(1);

        void WriteList(int length)
        {
            _realm.Write("ca.crl", content?[..length] ?? "");
            if (content is null)
            {
                var time = File.GetLastWriteTimeUtc(_realm["ca.crl"]);
                File.WriteAllBytes(_realm["ca.crl"], list[..length]);
                File.SetLastWriteTimeUtc(_realm["ca.crl"], time);
            }
        }
    }

    [Test]
    public void A_renewal_without_its_intermediate_is_held_back_until_it_is_complete()
    {
        _ = _realm.InUse;
        _realm.Write("tls.key", Second.KeyPem);
        _realm.Write("tls.crt", Second.Leaf.ExportCertificatePem());

        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=first");
        _realm.InUse.LastError.Should().ContainAll("cert_file", "'CN=second'", "'CN=upper'").And.BeApproved();
        _realm.CountLogs(203).Should().Be(1);

        _realm.Time.Advance(TimeSpan.FromDays(1));
        _realm.Write("tls.crt", Second.ChainPem);
        _realm.CheckAtHandshake().Should().BeEquivalentTo(new { Generation = 2, LastError = (string?)null });
    }

    [Test]
    public void A_renewal_that_lacks_the_upper_of_two_intermediates_is_held_back()
    {
        var lower = Upper.CreateIntermediate("lower");
        _realm.Present(lower.IssueClient("long"));
        _ = _realm.InUse;
        var next = lower.IssueClient("next");

        _realm.Present(next with { Intermediates = [lower.Certificate] });

        _realm.CheckAtHandshake().LastError.Should().ContainAll("'CN=lower'", "'CN=upper'");
        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=long");
    }

    [TestCase("issued by an anchor")]
    [TestCase("issued under another intermediate")]
    public void A_renewal_with_fewer_intermediates_is_used_if_its_chain_is_complete(string what)
    {
        _realm.Present(Upper.CreateIntermediate("lower").IssueClient("long"));
        _ = _realm.InUse;

        _realm.Present(what == "issued by an anchor" ? Root.IssueClient("second") : Root.CreateIntermediate("new").IssueClient("second"));

        _realm.CheckAtHandshake().Should().BeEquivalentTo(new { Generation = 2, LastError = (string?)null });
    }

    [Test]
    public void A_renewal_without_its_intermediate_replaces_a_certificate_that_has_expired()
    {
        var expiry = _realm.Time.GetUtcNow().AddHours(1);
        _realm.Present(Upper.Issue("short", [], TestCa.ClientAuthentication, notAfter: expiry));
        _ = _realm.InUse;
        _realm.Time.Advance(TimeSpan.FromHours(1));

        _realm.Present(Second with { Intermediates = [] });

        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=second");
    }

    [Test]
    public void A_start_without_the_intermediate_is_a_warning()
    {
        _realm.Present(First with { Intermediates = [] });

        _realm.InUse.LastError.Should().BeNull();
        var warning = _realm.Logged(210).Should().ContainSingle().Subject.Message;
        warning.Should().ContainAll(_realm["tls.crt"], "'CN=first'", "'CN=upper'").And.BeApproved();
    }

    [Test]
    public void A_renewal_whose_intermediate_has_expired_is_rejected()
    {
        _ = _realm.InUse;
        var expired = Root.CreateIntermediate("expired", _realm.Time.GetUtcNow());

        _realm.Present(expired.IssueClient("second"));

        _realm.CheckAtHandshake().LastError.Should().ContainAll("'CN=expired'", "expired on 2100-01-01 00:00:00Z").And.BeApproved();
        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=first");
    }

    [Test]
    public async Task A_renewal_is_presented_when_its_intermediate_is_valid()
    {
        await using var realm = new TestRealm(Root, First);
        var later = Root.CreateIntermediate("later", notBefore: realm.Time.GetUtcNow().AddHours(1));

        await realm.RotateAsync(later.IssueClient("second"));

        (realm.Subject, realm.InUse.NextClientCertificate?.Subject).Should().Be(("CN=first", "CN=second"));
        realm.Time.Advance(TimeSpan.FromHours(1));
        realm.Subject.Should().Be("CN=second");
    }

    // Without the last line break, a file is still whole.
    private async Task CutEverywhereAsync(string name, string content, params int[] exceptAt)
    {
        for (var length = 0; length < content.Length - 1; length++)
        {
            if (!exceptAt.Contains(length) && !exceptAt.Contains(length - 1))
            {
                _realm.Write(name, content[..length]);
                (await _realm.ReloadAsync()).LastError.Should().NotBeNull($"{length} of {content.Length} bytes are not the whole file");
            }
        }
    }
}
