using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The files and folders of CRLs: they are read with the other files, and apply to new handshakes without a rotation.</summary>
public sealed class RevocationFilesTests
{
    private static readonly TestCa Root = TestCa.CreateRoot("root");
    private static readonly TestCertificate Server = Root.IssueServer("store-1");

    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _realm = TestRealm.NotLoaded(Root, client: null);
        _realm.Tls.CrlFile.Add(_realm.Write("root.crl", Root.IssueCrl()));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public async Task A_list_that_arrives_revokes_new_handshakes_without_a_new_generation()
    {
        Handshake().Should().BeNull();
        var signals = 0;
        using var registration = ChangeToken.OnChange(_realm.Provider.GetChangeToken, () => signals++);

        _realm.Write("root.crl", Root.IssueCrl(Server.Leaf));
        (await _realm.ReloadAsync()).LastError.Should().BeNull();

        Handshake().Should().Contain("a revoked certificate");
        (_realm.Generation, signals, _realm.CountLogs(202)).Should().Be((1, 1, 0));
        _realm.Logged(211).Should().ContainSingle().Which.Message.Should().BeApproved();
        await _realm.ReloadAsync();
        (signals, _realm.CountLogs(211)).Should().Be((1, 1), "nothing has changed since");
    }

    [Test]
    public async Task A_bad_list_keeps_its_predecessor()
    {
        _realm.Write("root.crl", Root.IssueCrl(Server.Leaf));
        Handshake().Should().Contain("a revoked certificate");

        _realm.Write("root.crl", "no list");
        var loaded = await _realm.ReloadAsync();
        await _realm.ReloadAsync();

        loaded.LastError.Should().StartWith($"realms[0].tls_config.crl_file: realm 'eu': '{_realm["root.crl"]}' ");
        loaded.LastError.Should().BeApproved();
        Handshake().Should().Contain("a revoked certificate");
        _realm.CountLogs(203).Should().Be(1);

        _realm.Write("root.crl", Root.IssueCrl(Server.Leaf));
        (await _realm.ReloadAsync()).LastError.Should().BeNull();
    }

    [Test]
    public async Task A_list_that_its_CA_has_not_signed_keeps_its_predecessor()
    {
        _realm.Write("root.crl", Root.IssueCrl(Server.Leaf));
        Handshake().Should().Contain("a revoked certificate");
        var changed = Root.IssueCrl([], null, null);
        changed[^1] ^= 1;

        _realm.Write("root.crl", TestCa.ToPem(changed));
        var loaded = await _realm.ReloadAsync();

        loaded.LastError.Should().BeApproved();
        Handshake().Should().Contain("a revoked certificate");
    }

    [Test]
    public void A_list_of_an_older_key_of_a_CA_does_not_count_and_is_no_error()
    {
        _realm.Write("root.crl", TestCa.CreateRoot("root").IssueCrl(Server.Leaf));

        Handshake().Should().BeNull();
    }

    [TestCase("no list")]
    [TestCase("-----BEGIN X509 CRL-----\nMIIB")]
    [TestCase("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n")]
    public void A_bad_list_is_an_error_at_the_start(string content)
    {
        _realm.Write("root.crl", content);

        Failures().Should().ContainSingle().Which.Should().BeApproved();
    }

    [Test]
    public void A_list_beside_one_with_a_damaged_first_line_is_an_error_at_the_start()
    {
        _realm.Write("root.crl", Root.IssueCrl() + Root.IssueCrl(Server.Leaf)[1..]);

        Failures().Should().ContainSingle().Which.Should().Contain("broken content");
    }

    [Test]
    public void A_list_that_has_expired_is_logged_on_one_bounded_line()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new X500DistinguishedNameBuilder();
        issuer.AddCommonName("a\nb" + new string('x', 500));
        _realm.Write("root.crl", TestCa.ToPem(new CertificateRevocationListBuilder().Build(
            issuer.Build(), X509SignatureGenerator.CreateForECDsa(key), 1, TestRealm.Ahead.AddDays(-1), HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier([1]), TestRealm.Ahead.AddDays(-2))));

        _ = _realm.InUse;

        _realm.Logged(212).Should().ContainSingle().Which.Message.Should().NotContain("\n").And.Match<string>(message => message.Length < 600);
    }

    [Test]
    public async Task A_folder_without_a_list_is_an_error()
    {
        _realm.Tls.CrlFile[0] = _realm["crls"];
        _realm.Write("crls/root.pem", Root.IssueCrl(Server.Leaf));
        Handshake().Should().Contain("a revoked certificate");

        _realm.Delete("crls/root.pem");
        var loaded = await _realm.ReloadAsync();

        loaded.LastError.Should().BeApproved();
        Handshake().Should().Contain("a revoked certificate");
    }

    [Test]
    public void Reads_files_and_folders_in_PEM_and_DER()
    {
        var (a, b, c) = (TestCa.CreateRoot("a"), TestCa.CreateRoot("b"), TestCa.CreateRoot("c"));
        _realm.Write("folder/two.pem", "A comment\n" + a.IssueCrl(Server.Leaf) + b.IssueCrl());
        File.WriteAllBytes(_realm["folder/der.CRL"], c.IssueCrl([], null, null));
        _realm.Write("folder/ignored.txt", "no list");
        _realm.Tls.CrlFile.Add(_realm["folder"]);

        var lists = _realm.InUse.RevocationLists;

        lists.Select(list => list.Issuer).Should().Equal("CN=a", "CN=b", "CN=c", "CN=root");
        lists[0].Should().Be(new RevocationListDescription
        {
            Issuer = "CN=a",
            ThisUpdate = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            NextUpdate = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Count = 1,
        });
        _realm.InUse.Files.Select(file => file.Path).Should().Contain(_realm["folder/der.CRL"]);
    }

    [Test]
    public void A_CA_folder_may_be_the_folder_of_CRLs()
    {
        _realm.Write("folder/root.crt", Root.Pem);
        _realm.Write("folder/root.crl", Root.IssueCrl(Server.Leaf));
        (_realm.Tls.CaFile[0], _realm.Tls.CrlFile[0]) = (_realm["folder"], _realm["folder"]);

        Handshake().Should().Contain("a revoked certificate");
    }

    [TestCase(CrlMode.Prefer)]
    [TestCase(CrlMode.Require)]
    public async Task An_expired_list_is_logged_once(CrlMode mode)
    {
        _realm.Tls.CrlMode = mode;
        _realm.Write("root.crl", TestCa.ToPem(Root.IssueCrl([], null, TestRealm.Ahead.AddMinutes(1))));
        Handshake().Should().BeNull();
        _realm.CountLogs(212).Should().Be(0);

        _realm.Time.Advance(TimeSpan.FromMinutes(1));

        await _realm.ReloadAsync();
        _realm.Logged(212).Should().ContainSingle().Which.Message.Should().BeApproved();
        (Handshake() is null).Should().Be(mode == CrlMode.Prefer);
    }

    [Test]
    public void A_list_that_has_expired_at_the_start_is_logged()
    {
        _realm.Write("root.crl", TestCa.ToPem(Root.IssueCrl([], null, TestRealm.Ahead.AddMinutes(-1))));

        _ = _realm.InUse;

        _realm.CountLogs(212).Should().Be(1);
    }

    [Test]
    public void A_changed_option_loads_other_lists_and_another_mode_rotates()
    {
        Handshake().Should().BeNull();
        var path = _realm.Write("more.crl", TestCa.ToPem(Root.IssueCrl([Server.Leaf], new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero), null)));

        _realm.Reconfigure(tls => tls.CrlFile.Add(path));
        Handshake().Should().Contain("a revoked certificate");
        _realm.Generation.Should().Be(1);

        _realm.Reconfigure(tls => tls.CrlMode = CrlMode.Require);
        _realm.Generation.Should().Be(2);

        _realm.Reconfigure(tls =>
        {
            tls.CrlFile.Clear();
            tls.CrlMode = CrlMode.Prefer;
        });
        Handshake().Should().BeNull();
    }

    [Test]
    public void A_mode_without_lists_is_an_error()
    {
        _realm.Tls.CrlFile.Clear();
        _realm.Tls.CrlMode = CrlMode.Require;

        Failures().Should().ContainSingle().Which.Should().BeApproved();
    }

    [Test]
    public void Lists_cannot_be_combined_with_insecure_skip_verify()
    {
        _realm.Tls.CaFile.Clear();
        _realm.Tls.InsecureSkipVerify = true;

        Failures().Should().ContainSingle().Which.Should().Contain("'crl_file'").And.BeApproved();
    }

    /// <returns>The reason why a handshake with the server fails; <see langword="null"/> if it is accepted.</returns>
    private string? Handshake()
    {
        var options = _realm.Provider.CreateClientOptions("store-1");
        using var chain = new X509Chain { ChainPolicy = options.CertificateChainPolicy! };
        var errors = chain.Build(Server.Leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        try
        {
            options.RemoteCertificateValidationCallback!(this, Server.Leaf, chain, errors).Should().BeTrue();
            return null;
        }
        catch (AuthenticationException exception)
        {
            return exception.Message;
        }
    }

    private IEnumerable<string> Failures() =>
        FluentActions.Invoking(() => _realm.InUse).Should().Throw<OptionsValidationException>().Which.Failures;
}
