using System.Security.Authentication;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Renewed certificates that are not valid yet or have expired, and the expiry of the certificate in use.</summary>
public sealed class CertificateTimeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Now = TestRealm.Ahead;

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task A_certificate_that_is_not_valid_yet_is_pending_and_presented_as_soon_as_it_is_valid()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        var next = Issue("next", notBefore: Now + Hour);

        var pending = await realm.RotateAsync(next);

        pending.Should().BeEquivalentTo(new { Generation = 1, ChangedAt = Now, LastError = (string?)null });
        pending.ClientCertificate!.Subject.Should().Be("CN=first");
        pending.NextClientCertificate!.Should().BeEquivalentTo(new { Subject = "CN=next", NotBefore = Now + Hour });
        var changes = 0;
        using var subscription = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => changes++);

        realm.Time.Advance(Hour - Tick);
        (realm.Generation, realm.Subject, changes).Should().Be((1, "CN=first", 0));

        realm.Time.Advance(Tick);
        (realm.Generation, realm.Subject, changes).Should().Be((2, "CN=next", 1));
        realm.Provider.Describe().Should().BeEquivalentTo(new { NextClientCertificate = (object?)null, ChangedAt = Now + Hour });
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=next");
        var entry = realm.Logged(205).Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Information);
        entry.Message.Should().ContainAll("'CN=next'", next.Leaf.SerialNumber, "2100-01-01 01:00:00Z");
        entry.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_pending_certificate_is_replaced_by_another_and_stays_pending_when_CAs_change()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
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
    public async Task A_pending_certificate_is_replaced_by_one_that_is_valid_later()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        await realm.RotateAsync(Issue("pending", notBefore: Now + Hour));

        await realm.RotateAsync(Issue("later", notBefore: Now + (2 * Hour)));

        realm.Time.Advance(Hour);
        (realm.Generation, realm.Subject).Should().Be((1, "CN=first"));
        realm.Time.Advance(Hour);
        (realm.Generation, realm.Subject).Should().Be((2, "CN=later"));
    }

    [Test]
    public async Task A_pending_certificate_is_dropped_when_the_files_contain_the_one_in_use_again()
    {
        var first = _root.IssueClient("first");
        await using var realm = new TestRealm(_root, first);
        await realm.RotateAsync(Issue("pending", notBefore: Now + Hour));

        (await realm.RotateAsync(first)).NextClientCertificate.Should().BeNull();

        realm.Time.Advance(Hour);
        (realm.Generation, realm.Subject).Should().Be((1, "CN=first"));
    }

    [Test]
    public async Task New_CA_certificates_do_not_wait_for_the_pending_certificate_beside_them()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        var context = realm.Provider.CreateClientOptions("a").ClientCertificateContext;
        realm.Present(Issue("pending", notBefore: Now + Hour));

        var changed = await realm.RotateAsync(_root, TestCa.CreateRoot("other"));

        changed.Generation.Should().Be(2);
        changed.Anchors.Select(anchor => anchor.Subject).Should().Equal("CN=other", "CN=root");
        changed.NextClientCertificate!.Subject.Should().Be("CN=pending");
        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().BeSameAs(context);
    }

    [Test]
    public async Task A_new_certificate_that_has_expired_is_rejected()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        var loaded = realm.Provider.Describe();

        var rejected = await realm.RotateAsync(Issue("late", notAfter: Now));

        rejected.Should().BeEquivalentTo(new { Generation = 1, LastErrorAt = Now });
        rejected.ClientCertificate.Should().Be(loaded.ClientCertificate);
        rejected.LastError.Should().ContainAll("realms[0].tls_config.cert_file", $"'{realm.CertFile}'", "2100-01-01 00:00:00Z");
        var entry = realm.Logged(203).Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Warning);
        entry.Message.Should().Contain("'CN=first'").And.EndWith(rejected.LastError);
        entry.Message.Should().BeApproved();
        realm.Logged(206).Should().BeEmpty();
    }

    [Test]
    public async Task The_certificate_in_use_is_still_presented_after_its_expiry_which_is_logged_once()
    {
        var first = Issue("first", notAfter: Now + Hour);
        await using var realm = new TestRealm(_root, first);

        realm.Time.Advance(Hour - Tick);
        realm.Logged(206).Should().BeEmpty();
        realm.Time.Advance(Tick);
        realm.Time.Advance(Hour);

        var entry = realm.Logged(206).Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Warning);
        entry.Message.Should().Contain(first.Leaf.SerialNumber).And.Contain("2100-01-01 01:00:00Z", Exactly.Twice());
        entry.Message.Should().BeApproved();
        realm.Generation.Should().Be(1);
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=first");
    }

    [Test]
    public async Task An_expiry_is_logged_at_its_time_while_another_certificate_is_pending()
    {
        await using var realm = new TestRealm(_root, Issue("first", notAfter: Now.AddSeconds(3)));
        await realm.RotateAsync(Issue("next", notBefore: Now.AddSeconds(6)));

        realm.Time.Advance(TimeSpan.FromSeconds(3));
        realm.Logged(206).Should().ContainSingle();
        realm.Time.Advance(TimeSpan.FromSeconds(3));
        realm.Subject.Should().Be("CN=next");
    }

    [Test]
    public async Task With_on_expired_fail_no_options_are_created_from_the_expiry_until_the_renewal()
    {
        await using var realm = new TestRealm(_root, Issue("first", notAfter: Now + Hour), options => options.TlsConfig!.OnExpired = ExpiredAction.Fail);
        realm.Time.Advance(Hour - Tick);
        realm.Provider.CreateClientOptions("a").ClientCertificateContext.Should().NotBeNull();

        realm.Time.Advance(Tick);
        var exception = realm.Provider.Invoking(provider => provider.CreateClientOptions("a")).Should().Throw<AuthenticationException>().Which;
        exception.Message.Should().ContainAll("2100-01-01 01:00:00Z", $"'{realm.CertFile}'");
        exception.Message.Should().BeApproved();

        realm.Present(_root.IssueClient("renewed"));
        realm.Time.Advance(TimeSpan.FromSeconds(1));
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=renewed");
    }

    [TestCase(ExpiredAction.Serve)]
    [TestCase(ExpiredAction.Fail)]
    public async Task CA_certificates_still_change_after_the_certificate_in_use_has_expired(ExpiredAction onExpired)
    {
        await using var realm = new TestRealm(_root, Issue("first", notAfter: Now + Hour), options => options.TlsConfig!.OnExpired = onExpired);
        realm.Time.Advance(Hour);

        var changed = await realm.RotateAsync(TestCa.CreateRoot("other"));

        changed.Should().BeEquivalentTo(new { Generation = 2, LastError = (string?)null });
        changed.Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=other");
        realm.Logged(206).Should().ContainSingle();
    }

    private TestCertificate Issue(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        _root.Issue(name, [], TestCa.ClientAuthentication, notBefore, notAfter);
}
