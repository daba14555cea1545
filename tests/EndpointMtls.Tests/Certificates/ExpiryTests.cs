using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The log announces the expiry of our certificate, its intermediates, the CA certificates and the certificates of servers.</summary>
public sealed class ExpiryTests
{
    private const int Expired = 206;
    private const int InLastThird = 213;
    private const int ExpiresSoon = 214;
    private const int ServerExpiresSoon = 312;

    private static readonly DateTimeOffset Now = TestRealm.Ahead;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task Each_threshold_is_logged_once()
    {
        await using var realm = CreateRealm(Lasting(TimeSpan.FromDays(90)));
        LogLevel[] expected = [];

        foreach (var (day, level) in new (double Day, LogLevel? Level)[]
        {
            (60, null), (60.1, LogLevel.Information), (70, null), (81, null), (81.1, LogLevel.Warning), (88.9, null), (89.1, LogLevel.Warning), (89.9, null),
        })
        {
            expected = level is { } added ? [.. expected, added] : expected;
            MoveTo(realm, Now.AddDays(day));
            Announcements().Select(entry => entry.Level).Should().Equal(expected, $"it is day {day}");
        }

        Announcements().Select(entry => entry.Message).Should().BeApproved();
        MoveTo(realm, Now.AddDays(90));
        realm.CountLogs(Expired).Should().Be(1);
        Announcements().Should().HaveCount(3);

        IEnumerable<LogEntry> Announcements() => realm.Logs.Where(entry => entry.EventId is InLastThird or ExpiresSoon);
    }

    [Test]
    public async Task A_renewed_certificate_is_not_announced()
    {
        await using var realm = CreateRealm(Lasting(TimeSpan.FromDays(90)));
        MoveTo(realm, Now.AddDays(85));
        realm.CountLogs(ExpiresSoon).Should().Be(1);

        await realm.RotateAsync(_root.IssueClient("renewed"));
        MoveTo(realm, Now.AddDays(100));

        realm.CountLogs(ExpiresSoon).Should().Be(1);
        realm.CountLogs(Expired).Should().Be(0);
    }

    [Test]
    public async Task A_certificate_that_is_valid_for_hours_is_overdue_in_its_last_tenth()
    {
        await using var realm = CreateRealm(Lasting(TimeSpan.FromHours(20)));

        realm.CountLogs(ExpiresSoon).Should().Be(0, "that it has less than a day left is normal");
        MoveTo(realm, Now.AddHours(18) + Second);

        realm.Logged(ExpiresSoon).Should().ContainSingle(entry => entry.Level == LogLevel.Warning);
    }

    [Test]
    public async Task An_intermediate_is_announced()
    {
        var upper = _root.CreateIntermediate("upper", Now.AddDays(10), Now.AddDays(-100));
        await using var realm = CreateRealm(upper.IssueClient("client"));

        realm.Logged(ExpiresSoon).Should().ContainSingle().Which.Message.Should().Contain("'CN=upper'").And.BeApproved();
        MoveTo(realm, Now.AddDays(10));

        realm.Logged(Expired).Should().ContainSingle().Which.Message.Should().Contain("'CN=upper'").And.BeApproved();
    }

    [Test]
    public async Task Every_CA_certificate_is_announced()
    {
        await using var realm = CreateRealm(_root.IssueClient("client"));

        await realm.RotateAsync(_root, TestCa.CreateRoot("soon", Now.AddDays(29)), TestCa.CreateRoot("late", Now.AddDays(31)), TestCa.CreateRoot("expired", Now.AddDays(-1)));

        realm.Logged(ExpiresSoon).Should().ContainSingle().Which.Message.Should().Contain("'CN=soon'").And.BeApproved();
        realm.Logged(Expired).Should().ContainSingle().Which.Message.Should().Contain("'CN=expired'").And.BeApproved();
    }

    [Test]
    public async Task The_expiry_warning_replaces_the_default()
    {
        await using var realm = CreateRealm(Lasting(TimeSpan.FromDays(90)), TimeSpan.FromDays(40));

        MoveTo(realm, Now.AddDays(50) + Second);

        realm.Logged(ExpiresSoon).Should().ContainSingle(entry => entry.Level == LogLevel.Warning);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_certificate_of_a_server_is_announced_once(bool isIntermediate)
    {
        var upper = _root.CreateIntermediate("upper", isIntermediate ? Now.AddDays(2) : null);
        await using var server = await EchoServer.StartTlsAsync(
            upper.Issue("server", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(-100), Now.AddDays(isIntermediate ? 300 : 2)));
        await using var realm = TestRealm.NotLoaded(_root, null);

        for (var channel = 0; channel < 2; channel++)
        {
            await new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
            await realm.RotateAsync(_root, TestCa.CreateRoot($"root {channel}"));
        }

        realm.Logged(ServerExpiresSoon).Should().ContainSingle().Which.Message.Should().Contain(server.Address).And.BeApproved();
        var tls = realm.Services.Factory.Describe(server.Address).LastConnection!.Tls!;
        (tls.PeerChainNotAfter, tls.PeerNotBefore).Should().Be((Now.AddDays(2), Now.AddDays(-100)));
    }

    private TestRealm CreateRealm(TestCertificate client, TimeSpan? warning = null)
    {
        var realm = TestRealm.NotLoaded(_root, client);
        realm.Tls.ExpiryWarning = warning;
        _ = realm.InUse;
        return realm;
    }

    private TestCertificate Lasting(TimeSpan period) => _root.Issue("client", [], TestCa.ClientAuthentication, Now, Now + period);

    private static void MoveTo(TestRealm realm, DateTimeOffset time)
    {
        realm.Time.Advance(time - realm.Time.GetUtcNow() - Second);
        realm.CheckAtHandshake();
    }
}
