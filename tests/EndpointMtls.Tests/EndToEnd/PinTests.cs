using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Peers are accepted only if their chain contains a pinned key.</summary>
public sealed class PinTests : PeerTrustFixture
{
    private static readonly KeyPin Other = KeyPin.Of(TestCa.CreateRoot("other").Certificate);

    [Test]
    public async Task Accepts_a_server_by_the_key_of_any_certificate_of_its_chain()
    {
        var team = Root.CreateIntermediate("team");
        var certificate = team.IssueServer("127.0.0.1");

        (await CallAsync(certificate, Pin(certificate.Leaf))).Should().BeNull();
        (await CallAsync(certificate, Pin(team.Certificate))).Should().BeNull();
        (await CallAsync(certificate, Pin(Root.Certificate))).Should().BeNull();
    }

    [Test]
    public async Task Rejects_a_server_with_another_key_and_names_its_pin()
    {
        var certificate = Root.IssueServer("127.0.0.1");

        var failure = await CallAsync(certificate, tls => tls.Pins.Add(Other.ToString()));

        failure!.Reason.Should().Be(ConnectionFailureReason.PinMismatch);
        failure.Message.Should().ContainAll("'pins'", $"'{ComputePin(certificate)}'");
    }

    [Test]
    public async Task Ignores_the_pin_of_a_trusted_CA_that_is_not_in_the_chain()
    {
        var other = TestCa.CreateRoot("other");

        (await CallAsync(Root.IssueServer("127.0.0.1"), Pin(other.Certificate), Root, other))!.Reason.Should().Be(ConnectionFailureReason.PinMismatch);
    }

    [Test]
    public async Task Accepts_a_server_whose_certificate_is_renewed_with_the_same_key()
    {
        var first = Root.IssueServer("127.0.0.1");
        var renewed = Root.Issue("renewed", ["127.0.0.1"], TestCa.ServerAuthentication, key: first.Key);

        (await CallAsync(renewed, Pin(first.Leaf))).Should().BeNull();
        (await CallAsync(Root.IssueServer("127.0.0.1"), Pin(first.Leaf)))!.Reason.Should().Be(ConnectionFailureReason.PinMismatch);
    }

    [Test]
    public async Task Verifies_the_name_and_the_chain_of_a_pinned_server()
    {
        var (named, untrusted) = (Root.IssueServer("other.example"), TestCa.CreateRoot("untrusted").IssueServer("127.0.0.1"));

        (await CallAsync(named, Pin(named.Leaf)))!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        (await CallAsync(untrusted, Pin(untrusted.Leaf)))!.Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task A_server_accepts_only_clients_with_a_pinned_key()
    {
        var (accepted, rejected) = (Root.IssueClient("accepted"), Root.IssueClient("rejected"));
        var files = Folder.WriteRealm("server", Root, Root.IssueServer("127.0.0.1"));
        var options = new ServerTlsOptions
        {
            Name = nameof(PinTests),
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { files.CaFile[0] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
            ClientPins = { KeyPin.Of(accepted.Leaf).ToString() },
        };
        await using var server = await EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(options));

        (await CallAsync(server, Present(accepted))).Should().BeNull();
        (await CallAsync(server, Present(rejected)))!.Reason.Should().Be(ConnectionFailureReason.ClosedAfterHandshake);

        await server.Logs.Wait(500).WithTimeout();
        server.Logs.Entries.Where(entry => entry.EventId == 500).Should().ContainSingle()
            .Which.Message.Should().ContainAll("(PinMismatch)", "'CN=rejected'", "'client_pins'", $"'{ComputePin(rejected)}'");
    }

    private static Action<TlsOptions> Pin(X509Certificate2 certificate) => tls =>
    {
        tls.Pins.Add(Other.ToString());
        tls.Pins.Add(KeyPin.Of(certificate).ToString());
    };

    private Action<TlsOptions> Present(TestCertificate client) => tls =>
    {
        (tls.CertFile, tls.KeyFile) = (Folder.Write("client.crt", client.ChainPem), Folder.Write("client.key", client.KeyPem));
    };

    // As docs/trust.md computes it.
    private static string ComputePin(TestCertificate certificate) => $"sha256/{Convert.ToBase64String(SHA256.HashData(certificate.Key.ExportSubjectPublicKeyInfo()))}";
}
