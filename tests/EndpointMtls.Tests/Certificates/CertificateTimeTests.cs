using System.Security.Authentication;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Certificates that are not valid yet, and those that are not valid any more.</summary>
public sealed class CertificateTimeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Now = TimedRealm.Ahead;

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task A_renewal_that_is_not_valid_yet_is_held_and_taken_at_that_very_moment_by_the_timer()
    {
        await using var realm = new TimedRealm(_root, _root.IssueClient("first"));
        var next = Issue("next", notBefore: Now + Hour);

        var held = await realm.RotateAsync(next);

        held.Should().BeEquivalentTo(new { Generation = 1, ChangedAt = Now, LastError = (string?)null });
        held.ClientCertificate!.Subject.Should().Be("CN=first");
        held.NextClientCertificate!.Should().BeEquivalentTo(new { Subject = "CN=next", NotBefore = Now + Hour });
        var changes = 0;
        using var subscription = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => changes++);

        realm.Time.Advance(Hour - Tick);
        (realm.Generation, realm.Subject, changes).Should().Be((1, "CN=first", 0));

        realm.Time.Advance(Tick);
        (realm.Generation, realm.Subject, changes).Should().Be((2, "CN=next", 1));
        realm.Provider.Describe().Should().BeEquivalentTo(new { NextClientCertificate = (object?)null, ChangedAt = Now + Hour });
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=next");
        realm.Logged(205).Should().Equal(new LogEntry(
            LogLevel.Information, 205, $"Realm 'eu' holds certificate 'CN=next' ({next.Leaf.SerialNumber}) back until it becomes valid on 2100-01-01 01:00:00Z."));
    }

    [Test]
    public async Task A_renewal_that_is_held_gives_way_to_another_and_outlives_a_change_of_authorities()
    {
        await using var realm = new TimedRealm(_root, _root.IssueClient("first"));
        await realm.RotateAsync(Issue("too early", notBefore: Now + Hour));

        (await realm.RotateAsync(Issue("less early", notBefore: Now + (Hour / 2)))).NextClientCertificate!.Subject.Should().Be("CN=less early");
        (await realm.RotateAsync(_root, TestCa.CreateRoot("other"))).NextClientCertificate!.Subject.Should().Be("CN=less early");
        realm.Time.Advance(Hour / 2);

        realm.Subject.Should().Be("CN=less early");
        (await realm.RotateAsync(_root.IssueClient("at once"))).NextClientCertificate.Should().BeNull();
        realm.Time.Advance(Hour);
        realm.Subject.Should().Be("CN=at once");
        realm.Logged(205).Should().HaveCount(2);
    }

    [Test]
    public async Task A_renewal_that_has_expired_already_is_refused()
    {
        await using var realm = new TimedRealm(_root, _root.IssueClient("first"));
        var loaded = realm.Provider.Describe();

        var refused = await realm.RotateAsync(Issue("late", notAfter: Now));

        refused.Should().BeEquivalentTo(new { Generation = 1, LastErrorAt = Now });
        refused.ClientCertificate.Should().Be(loaded.ClientCertificate);
        refused.LastError.Should().Be($"realms[0].tls_config.cert_file: realm 'eu': '{realm.CertFile}' holds a certificate that expired on 2100-01-01 00:00:00Z. Renew it.");
        realm.Logged(203).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Level = LogLevel.Warning })
            .And.BeOfType<LogEntry>().Which.Message.Should().StartWith("Realm 'eu' still presents certificate 'CN=first' (").And.EndWith(refused.LastError);
        realm.Logged(206).Should().BeEmpty();
    }

    [Test]
    public async Task The_certificate_in_use_is_presented_after_its_expiry_too_and_that_is_said_once()
    {
        var first = Issue("first", notAfter: Now + Hour);
        await using var realm = new TimedRealm(_root, first);

        realm.Time.Advance(Hour - Tick);
        realm.Logged(206).Should().BeEmpty();
        realm.Time.Advance(Tick);
        realm.Time.Advance(Hour);

        realm.Logged(206).Should().Equal(new LogEntry(
            LogLevel.Warning, 206, $"The certificate 'CN=first' ({first.Leaf.SerialNumber}) of realm 'eu' expired on 2100-01-01 01:00:00Z; it is now 2100-01-01 01:00:00Z. Renew it."));
        realm.Generation.Should().Be(1);
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=first");
    }

    [Test]
    public async Task An_expiry_is_told_at_its_moment_also_when_another_certificate_is_about_to_take_over()
    {
        await using var realm = new TimedRealm(_root, Issue("first", notAfter: Now.AddSeconds(3)));
        await realm.RotateAsync(Issue("next", notBefore: Now.AddSeconds(6)));

        realm.Time.Advance(TimeSpan.FromSeconds(3));
        realm.Logged(206).Should().ContainSingle();
        realm.Time.Advance(TimeSpan.FromSeconds(3));
        realm.Subject.Should().Be("CN=next");
    }

    [Test]
    public async Task Where_the_realm_says_so_an_expired_certificate_is_not_presented_until_it_is_renewed()
    {
        await using var realm = new TimedRealm(_root, Issue("first", notAfter: Now + Hour), options => options.TlsConfig!.OnExpired = ExpiredAction.Fail);
        realm.Time.Advance(Hour - Tick);
        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();

        realm.Time.Advance(Tick);
        realm.Provider.Invoking(provider => provider.CreateClientOptions("a")).Should().Throw<AuthenticationException>()
            .WithMessage($"Realm 'eu': our certificate 'CN=first' expired on 2100-01-01 01:00:00Z, and 'on_expired' is 'fail'. Renew '{realm.CertFile}'.");

        realm.Present(_root.IssueClient("renewed"));
        realm.Time.Advance(TimeSpan.FromSeconds(1));
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=renewed");
    }

    [TestCase(ExpiredAction.Serve)]
    [TestCase(ExpiredAction.Fail)]
    public async Task Authorities_change_also_while_the_certificate_in_use_has_expired(ExpiredAction onExpired)
    {
        await using var realm = new TimedRealm(_root, Issue("first", notAfter: Now + Hour), options => options.TlsConfig!.OnExpired = onExpired);
        realm.Time.Advance(Hour);

        var changed = await realm.RotateAsync(TestCa.CreateRoot("other"));

        changed.Should().BeEquivalentTo(new { Generation = 2, LastError = (string?)null });
        changed.Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=other");
        realm.Logged(206).Should().ContainSingle();
    }

    private TestCertificate Issue(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        _root.Issue(name, [], TestCa.ClientAuthentication, notBefore, notAfter);
}
