using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>The log has the reason why clients are rejected, and unknown clients cannot fill it.</summary>
public sealed class RejectionLogTests : HandshakeFixture
{
    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Future = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Logs_the_reason_of_each_rejection_with_its_details()
    {
        Set(OwnFiles("own"));
        var team = Root.CreateIntermediate("team");
        var formerTeam = Root.CreateIntermediate("former team", notAfter: Past);
        var otherCa = TestCa.CreateRoot("other");

        await RejectAsync(null, "CertificateMissing");
        await RejectAsync(otherCa.IssueClient("a"), "UntrustedRoot", "'CN=a'", "'CN=other'");
        await RejectAsync(otherCa.AsLeaf(), "UntrustedRoot", "'CN=other', issued by 'CN=other'");
        await RejectAsync(team.IssueClient("a") with { Intermediates = [] }, "UntrustedRoot", "'CN=a'", "'CN=team'");
        await RejectAsync(Root.Issue("a", [], TestCa.ClientAuthentication, notAfter: Past), "Expired", "'CN=a'", "2021-01-01 00:00:00Z");
        await RejectAsync(formerTeam.IssueClient("a"), "Expired", "'CN=former team'", "'CN=a'", "2021-01-01 00:00:00Z");
        await RejectAsync(Root.Issue("a", [], TestCa.ClientAuthentication, notBefore: Future), "NotYetValid", "'CN=a'", "2110-01-01 00:00:00Z");
        await RejectAsync(Root.Issue("a", [], TestCa.ServerAuthentication), "EkuMismatch", "'CN=a'");
        await RejectAsync(Tampered(Root.IssueClient("a")), "InvalidChain", "'CN=a'", "NotSignatureValid");
    }

    [Test]
    public async Task Logs_each_reason_once_in_ten_seconds_with_the_number_of_suppressed_messages()
    {
        Set(OwnFiles("own"));
        using var meter = new MeterRecorder("server");

        await RejectAsync(times: 3);
        Suppressed().Should().Equal(0);
        await HandshakeAsync(Services.GetServer(), TestCa.CreateRoot("other").IssueClient("a"));
        Suppressed().Should().Equal([0, 0], "another reason is logged as well");
        Time.Advance(LogInterval - TimeSpan.FromTicks(1));
        await RejectAsync(times: 1);
        Suppressed().Should().Equal(0, 0);
        Time.Advance(TimeSpan.FromTicks(1));
        await RejectAsync(times: 2);
        Suppressed().Should().Equal(0, 0, 3);
        Time.Advance(LogInterval);
        await RejectAsync(times: 1);
        Suppressed().Should().Equal(0, 0, 3, 1);
        Time.Advance(LogInterval);
        await RejectAsync(times: 1);
        Suppressed().Should().Equal(0, 0, 3, 1, 0);

        meter.Sum("endpoint_mtls.server.rejected_clients").Should().Be(9);
    }

    [Test]
    public async Task A_message_of_one_server_does_not_suppress_those_of_another()
    {
        Set(null);

        await HandshakeAsync(Services.GetServer(OwnFiles("own", server => server.Name = "one")), client: null);
        await HandshakeAsync(Services.GetServer(OwnFiles("own", server => server.Name = "other")), client: null);

        Rejections.Select(message => message.Split('\'')[1]).Should().Equal("one", "other");
    }

    private static TimeSpan LogInterval => TimeSpan.FromSeconds(10);

    private IEnumerable<string> Rejections => Services.Logs.Entries.Where(entry => entry.EventId == 500).Select(entry => entry.Message);

    private async Task RejectAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await HandshakeAsync(Services.GetServer(), client: null)).IsAccepted.Should().BeFalse();
        }
    }

    // The number is at the end of the message.
    private IEnumerable<int> Suppressed() =>
        Rejections.Select(message => int.Parse(message.Split(' ')[^1].TrimEnd('.'), CultureInfo.InvariantCulture));

    private async Task RejectAsync(TestCertificate? client, string reason, params string[] details)
    {
        Time.Advance(LogInterval);
        var (handshake, isAccepted) = await HandshakeAsync(Services.GetServer(), client);

        (isAccepted, handshake.Client).Should().Be((false, null));
        Rejections.Last().Should().Contain("realm 'server'").And.ContainAll([$"({reason})", .. details]);
        Rejections.Last().Should().BeApproved();
        Suppressed().Last().Should().Be(0);
    }

    private static TestCertificate Tampered(TestCertificate certificate)
    {
        var bytes = certificate.Leaf.RawData;
        bytes[^1] ^= 1;
        return certificate with { Leaf = X509CertificateLoader.LoadCertificate(bytes) };
    }
}
