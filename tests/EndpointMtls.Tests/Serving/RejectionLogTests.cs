using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>The log says why clients are refused, and strangers cannot fill it.</summary>
public sealed class RejectionLogTests : HandshakeFixture
{
    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Future = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Each_reason_is_told_in_words()
    {
        Set(OwnFiles("own"));
        var team = Root.CreateIntermediate("team");

        (await WhyAsync(null)).Should().Be("(CertificateMissing): the client sent no certificate, and one is required.");
        (await WhyAsync(TestCa.CreateRoot("stranger").IssueClient("a"))).Should().StartWith("(UntrustedRoot): the client's certificate 'CN=a', issued by 'CN=stranger', does not lead to a trust anchor in");
        (await WhyAsync(TestCa.CreateRoot("stranger").AsLeaf())).Should().StartWith("(UntrustedRoot): the client's certificate 'CN=stranger', issued by 'CN=stranger',");
        (await WhyAsync(team.IssueClient("a") with { Intermediates = [] })).Should().StartWith("(UntrustedRoot): the client's certificate 'CN=a', issued by 'CN=team',");
        (await WhyAsync(Root.Issue("a", [], TestCa.ClientAuthentication, notAfter: Past))).Should().StartWith("(Expired): the client's certificate 'CN=a', issued by 'CN=root', expired on 2021-01-01 00:00:00Z;");
        (await WhyAsync(Root.CreateIntermediate("old team", notAfter: Past).IssueClient("a"))).Should().StartWith("(Expired): the certificate 'CN=old team' above the client's certificate 'CN=a' expired on 2021-01-01 00:00:00Z;");
        (await WhyAsync(Root.Issue("a", [], TestCa.ClientAuthentication, notBefore: Future))).Should().StartWith("(NotYetValid): the client's certificate 'CN=a', issued by 'CN=root', is not valid before 2110-01-01 00:00:00Z;");
        (await WhyAsync(Root.Issue("a", [], TestCa.ServerAuthentication))).Should().StartWith("(EkuMismatch): the client's certificate 'CN=a', issued by 'CN=root', is not issued for clients.");
        (await WhyAsync(Tampered(Root.IssueClient("a")))).Should().Be("(InvalidChain): the client's certificate 'CN=a', issued by 'CN=root', has an invalid chain: NotSignatureValid.");
    }

    [Test]
    public async Task Each_reason_is_told_once_in_ten_seconds_and_how_often_nothing_was_told()
    {
        Set(OwnFiles("own"));
        using var meter = new MeterRecorder("server");

        await RefuseAsync(times: 3);
        Told().Should().Equal(0);
        await ShakeHandsAsync(Services.GetServer(), TestCa.CreateRoot("stranger").IssueClient("a"));
        Told().Should().Equal([0, 0], "another reason is told as well");
        Time.Advance(RefusalSilence - TimeSpan.FromTicks(1));
        await RefuseAsync(times: 1);
        Told().Should().Equal(0, 0);
        Time.Advance(TimeSpan.FromTicks(1));
        await RefuseAsync(times: 2);
        Told().Should().Equal(0, 0, 3);
        Time.Advance(RefusalSilence);
        await RefuseAsync(times: 1);
        Told().Should().Equal(0, 0, 3, 1);
        Time.Advance(RefusalSilence);
        await RefuseAsync(times: 1);
        Told().Should().Equal(0, 0, 3, 1, 0);

        meter.Sum("endpoint_mtls.server.rejected_clients").Should().Be(9);
    }

    [Test]
    public async Task What_one_server_tells_does_not_silence_another()
    {
        Set(null);

        await ShakeHandsAsync(Services.GetServer(OwnFiles("own", server => server.Name = "one")), client: null);
        await ShakeHandsAsync(Services.GetServer(OwnFiles("own", server => server.Name = "other")), client: null);

        Services.Logs.Entries.Where(entry => entry.EventId == 500).Select(entry => entry.Message.Split('\'')[1]).Should().Equal("one", "other");
    }

    private static TimeSpan RefusalSilence => TimeSpan.FromSeconds(10);

    private async Task RefuseAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await ShakeHandsAsync(Services.GetServer(), client: null)).IsLetIn.Should().BeFalse();
        }
    }

    private IEnumerable<int> Told() =>
        Services.Logs.Entries.Where(entry => entry.EventId == 500).Select(entry => int.Parse(entry.Message.Split(' ')[^1].TrimEnd('.'), CultureInfo.InvariantCulture));

    private async Task<string> WhyAsync(TestCertificate? client)
    {
        Time.Advance(RefusalSilence);
        var (handshake, isLetIn) = await ShakeHandsAsync(Services.GetServer(), client);
        (isLetIn, handshake.Client).Should().Be((false, null));
        var message = Logged(500)!;
        message.Should().StartWith("Refused a client of realm 'server' ").And.EndWith(" Not told since the last time: 0.");
        return message["Refused a client of realm 'server' ".Length..^" Not told since the last time: 0.".Length];
    }

    private static TestCertificate Tampered(TestCertificate certificate)
    {
        var bytes = certificate.Leaf.RawData;
        bytes[^1] ^= 1;
        return certificate with { Leaf = X509CertificateLoader.LoadCertificate(bytes) };
    }
}
