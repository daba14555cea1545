using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Files that can be used and are probably wrong are named in one warning; the order and the usage of certificates are checked.</summary>
public sealed class FileWarningTests
{
    private const int FilesWarning = 210;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TestCa _ca = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void CreateRealm()
    {
        _ca = TestCa.CreateRoot("root");
        _realm = TestRealm.NotLoaded(_ca, _ca.IssueClient("client"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void Warns_once_of_a_key_that_every_user_can_read()
    {
        _ = _realm.InUse;
        Warnings().Should().BeEmpty();

        Present(_ca.IssueClient("second"), Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        _realm.CheckAtHandshake();
        Present(_ca.IssueClient("third"), Private | UnixFileMode.OtherRead);
        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=third");

        var warning = _realm.Logged(FilesWarning).Should().ContainSingle().Subject;
        warning.Level.Should().Be(LogLevel.Warning);
        warning.Message.Should().BeApproved();
    }

    [Test]
    public void Does_not_warn_of_a_key_that_a_group_can_read()
    {
        Unix.SetMode(_realm["tls.key"], Private | UnixFileMode.GroupRead);

        _ = _realm.InUse;
        Warnings().Should().BeEmpty();
    }

    [Test]
    public void Warns_of_a_cross_certificate_that_NET_does_not_send()
    {
        var upper = _ca.CreateIntermediate("upper");
        var client = upper.IssueClient("client");
        var cross = TestCa.CreateRoot("other root").CrossSign(upper);
        _realm.Write("tls.crt", client.ChainPem + cross.ExportCertificatePem() + "\n" + _ca.Pem);
        _realm.Write("tls.key", client.KeyPem);

        var sent = _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.IntermediateCertificates;
        sent.Should().ContainSingle().Which.Subject.Should().Be("CN=upper");
        var missing = sent[0].Equals(cross) ? "'CN=root'" : "'CN=other root'";
        Warnings().Should().ContainSingle().Which.Should().ContainAll(_realm["tls.crt"], $"'CN=upper', issued by {missing}", "'CN=client', 'CN=upper'");
    }

    [Test]
    public void Does_not_warn_of_a_root_at_the_end_of_a_chain()
    {
        var client = _ca.CreateIntermediate("upper").CreateIntermediate("lower").IssueClient("client");
        _realm.Write("tls.crt", client.ChainPem + _ca.Pem);
        _realm.Write("tls.key", client.KeyPem);

        _ = _realm.InUse;
        Warnings().Should().BeEmpty();
    }

    [TestCase("intermediate first")]
    [TestCase("reversed, with the root")]
    public void Names_the_certificate_that_the_key_belongs_to(string order)
    {
        var client = _ca.CreateIntermediate("upper").IssueClient("leaf");
        var upper = client.Intermediates[0].ExportCertificatePem() + "\n";
        _realm.Write("tls.crt", (order == "intermediate first" ? upper : _ca.Pem + "\n" + upper) + client.Leaf.ExportCertificatePem());
        _realm.Write("tls.key", client.KeyPem);

        var failure = Failure();
        failure.Should().ContainAll("cert_file", $"the key in '{_realm["tls.key"]}' belongs to 'CN=leaf'", "Put 'CN=leaf' first");
        failure.Should().BeApproved();
    }

    [Test]
    public void Rejects_a_certificate_that_is_neither_for_clients_nor_for_servers()
    {
        Present(_ca.Issue("signer", [], new("1.3.6.1.5.5.7.3.3")), Private);

        var failure = Failure();
        failure.Should().ContainAll("cert_file", "'CN=signer'", "not issued for clients");
        failure.Should().BeApproved();
    }

    [Test]
    public void Warns_of_a_certificate_for_servers_only()
    {
        Present(_ca.IssueServer("store"), Private);

        _realm.Subject.Should().Be("CN=server store");
        Warnings().Should().ContainSingle().Which.Should().ContainAll(_realm["tls.crt"], "'CN=server store'");
        Warnings().Should().BeApproved();
    }

    [Test]
    public async Task Keeps_a_certificate_for_clients_if_the_new_one_is_for_servers_only()
    {
        _ = _realm.InUse;

        Present(_ca.IssueServer("store"), Private);
        var inUse = await _realm.ReloadAsync();

        inUse.ClientCertificate!.Subject.Should().Be("CN=client");
        inUse.LastError.Should().BeApproved();
        Warnings().Should().BeEmpty();
    }

    [Test]
    public async Task Rotates_from_a_certificate_for_servers_to_another_one()
    {
        Present(_ca.IssueServer("first"), Private);
        _ = _realm.InUse;

        Present(_ca.IssueServer("second"), Private);

        (await _realm.ReloadAsync()).ClientCertificate!.Subject.Should().Be("CN=server second");
        Warnings().Should().HaveCount(2, "the second is another certificate");
    }

    private void Present(TestCertificate client, UnixFileMode mode)
    {
        _realm.Present(client);
        Unix.SetMode(_realm["tls.key"], mode);
    }

    private IEnumerable<string> Warnings() => _realm.Logged(FilesWarning).Select(entry => entry.Message);

    private string Failure() => Assert.Catch<OptionsValidationException>(() => _ = _realm.Provider)!.Failures.Should().ContainSingle().Subject;
}
