using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The wall clock is set forward or back.</summary>
public sealed class ClockTests
{
    private static readonly DateTimeOffset Now = TestRealm.Ahead;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(11);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task A_certificate_in_use_stays_in_use_when_the_clock_goes_back_to_before_it_is_valid()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        await realm.RotateAsync(Issue("next", notBefore: Now + Hour));
        StepClock(realm, Hour);
        realm.Subject.Should().Be("CN=next");

        StepClock(realm, -2 * Hour);
        (realm.Generation, realm.Subject).Should().Be((2, "CN=next"));
        (await realm.RotateAsync(_root, TestCa.CreateRoot("other"))).Should().BeEquivalentTo(new { Generation = 3, NextClientCertificate = (object?)null });
        StepClock(realm, 2 * Hour);

        (realm.Generation, realm.Subject).Should().Be((3, "CN=next"));
        realm.Logged(202).Should().HaveCount(2);
        realm.Logged(205).Should().ContainSingle();
    }

    [Test]
    public async Task An_expiry_is_logged_once_when_the_clock_passes_it_twice()
    {
        await using var realm = new TestRealm(_root, Issue("first", notAfter: Now + Hour));

        StepClock(realm, Hour);
        StepClock(realm, -Hour);
        StepClock(realm, 2 * Hour);

        realm.Logged(206).Should().ContainSingle();
        realm.Generation.Should().Be(1);
    }

    [Test]
    public async Task A_certificate_that_was_rejected_as_expired_is_used_after_the_clock_is_corrected()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        realm.Time.StepClock(2 * Hour);
        (await realm.RotateAsync(Issue("next", notAfter: Now + Hour))).LastError.Should().Contain("expired");

        StepClock(realm, -2 * Hour);
        realm.Time.Advance(TimeSpan.FromMinutes(5));

        realm.Provider.Describe().Should().BeEquivalentTo(new { Generation = 2, LastError = (string?)null });
        realm.Subject.Should().Be("CN=next");
    }

    [Test]
    public async Task Changes_are_noticed_after_the_clock_went_back()
    {
        await using var realm = new TestRealm(_root, _root.IssueClient("first"));
        StepClock(realm, -24 * Hour);

        realm.Present(_root.IssueClient("next"));
        realm.Time.Advance(Poll);

        realm.Subject.Should().Be("CN=next");
    }

    [Test]
    public async Task A_change_that_becomes_due_during_a_check_of_the_files_applies_at_once()
    {
        await using var realm = TestRealm.NotLoaded(_root, _root.IssueClient("first"));
        realm.Tls.CaOverlap = TimeSpan.FromMinutes(1);
        _ = realm.InUse;
        realm.Trust(TestCa.CreateRoot("other"));

        realm.Time.OnRead = () => realm.Time.StepClock(TimeSpan.FromMinutes(2));
        var found = await realm.ReloadAsync();
        realm.Time.OnRead = null;
        (found.Anchors.Count, found.LastError).Should().Be((2, null));

        realm.Time.Advance(TimeSpan.Zero);
        realm.InUse.Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=other");
    }

    private static void StepClock(TestRealm realm, TimeSpan step)
    {
        realm.Time.StepClock(step);
        realm.Time.Advance(Poll);
    }

    private TestCertificate Issue(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        _root.Issue(name, [], TestCa.ClientAuthentication, notBefore, notAfter);
}
