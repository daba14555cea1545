using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>When a change of the files is noticed.</summary>
public sealed class RotationDetectionTests
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private TestCa _ca = null!;
    private TestRealm _realm = null!;

    [SetUp]
    public void WriteFiles()
    {
        _ca = TestCa.CreateRoot("root");
        _realm = TestRealm.NotLoaded(_ca, _ca.IssueClient("client-1"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void Handshakes_check_the_files_at_most_once_a_second()
    {
        var begin = _realm.InUse.CheckedAt;
        _realm.Present(_ca.IssueClient("client-2"));

        _realm.Time.Advance(TimeSpan.FromMilliseconds(999));
        Presented().Should().Be("CN=client-1");
        _realm.InUse.CheckedAt.Should().Be(begin);

        _realm.Time.Advance(TimeSpan.FromMilliseconds(1));
        Presented().Should().Be("CN=client-2");
        _realm.Present(_ca.IssueClient("client-3"));
        Presented().Should().Be("CN=client-2");
        _realm.InUse.CheckedAt.Should().Be(begin.AddSeconds(1));
        _realm.Time.Advance(TimeSpan.FromSeconds(1));
        Presented().Should().Be("CN=client-3");
    }

    [Test]
    public void Rotating_options_check_the_files_at_a_handshake()
    {
        var options = _realm.Provider.CreateRotatingClientOptions("store-1");
        _realm.Present(_ca.IssueClient("client-2"));
        _realm.Time.Advance(TimeSpan.FromSeconds(1));

        options.LocalCertificateSelectionCallback!(this, "store-1", [], null, [])!.Subject.Should().Be("CN=client-2");
    }

    [Test]
    public void A_description_does_not_check_the_files()
    {
        _ = _realm.InUse;
        _realm.Present(_ca.IssueClient("client-2"));
        _realm.Time.Advance(TimeSpan.FromSeconds(1));

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
    }

    [Test]
    public void Without_handshakes_the_timer_checks_the_files_once_an_interval_plus_or_minus_a_tenth()
    {
        _realm.Tls.CheckInterval = TimeSpan.FromSeconds(20);
        var checks = new HashSet<DateTimeOffset> { _realm.InUse.CheckedAt };
        for (var second = 1; second <= 200; second++)
        {
            _realm.Time.Advance(TimeSpan.FromSeconds(1));
            checks.Add(_realm.InUse.CheckedAt);
        }

        var gaps = checks.Order().Zip(checks.Order().Skip(1), (earlier, later) => (later - earlier).TotalSeconds).ToList();
        gaps.Should().HaveCountGreaterThan(7).And.OnlyContain(gap => gap >= 18 && gap <= 22).And.Contain(gap => gap != gaps[0]);
    }

    [Test]
    public void The_timer_notices_a_change_without_handshakes()
    {
        _realm.Tls.CheckInterval = TimeSpan.FromSeconds(10);
        _ = _realm.InUse;
        _realm.Present(_ca.IssueClient("client-2"));

        _realm.Time.Advance(TimeSpan.FromSeconds(8.9));
        _realm.InUse.Generation.Should().Be(1);
        _realm.Time.Advance(TimeSpan.FromSeconds(2.1));
        _realm.InUse.Generation.Should().Be(2);
    }

    [Test]
    public void Files_that_are_older_than_those_in_use_are_used()
    {
        _ = _realm.InUse;
        _realm.Present(_ca.IssueClient("client-0"), TimeSpan.FromDays(30));
        _realm.CheckAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-0");
    }

    [Test]
    public async Task A_reload_notices_new_content_with_an_unchanged_time_and_length()
    {
        var (before, after) = WriteBundlesOfOneLength();
        _realm.Write("ca.crt", before, Old);
        _ = _realm.InUse;
        _realm.Write("ca.crt", after, Old);

        _realm.CheckAtHandshake().Generation.Should().Be(1);
        (await _realm.ReloadAsync()).Generation.Should().Be(2);
    }

    [Test]
    public void A_handshake_notices_new_content_with_an_unchanged_time_and_length_after_five_minutes()
    {
        var (before, after) = WriteBundlesOfOneLength();
        _realm.Write("ca.crt", before, Old);
        var begin = _realm.Time.GetUtcNow();
        _ = _realm.InUse;
        _realm.Write("ca.crt", after, Old);

        _realm.Time.Advance(TimeSpan.FromSeconds(298));
        _realm.CheckAtHandshake().Generation.Should().Be(1);
        _realm.CheckAtHandshake().Generation.Should().Be(2);
        (_realm.InUse.ChangedAt - begin).Should().Be(TimeSpan.FromMinutes(5));
    }

    [Test]
    public void A_handshake_notices_new_content_with_an_unchanged_time_and_length_at_once_while_the_time_is_recent()
    {
        var (before, after) = WriteBundlesOfOneLength();
        _realm.Write("ca.crt", before, TimeSpan.FromSeconds(0.5));
        _ = _realm.InUse;
        _realm.Write("ca.crt", after, TimeSpan.FromSeconds(0.5));

        _realm.CheckAtHandshake().Generation.Should().Be(2);
    }

    [Test]
    public async Task A_callback_is_invoked_for_one_change_only()
    {
        var token = _realm.Provider.GetChangeToken();
        var generations = new List<int>();
        token.RegisterChangeCallback(_ => generations.Add(_realm.InUse.Generation), null);

        _realm.Present(_ca.IssueClient("client-2"));
        await _realm.ReloadAsync();
        _realm.Present(_ca.IssueClient("client-3"));
        await _realm.ReloadAsync();

        generations.Should().Equal(2);
        token.HasChanged.Should().BeTrue();
        _realm.Provider.GetChangeToken().HasChanged.Should().BeFalse();
    }

    private (string Before, string After) WriteBundlesOfOneLength()
    {
        var (before, after) = (_ca.Pem, TestCa.CreateRoot("toor").Pem);
        var length = Math.Max(before.Length, after.Length);
        return (before.PadRight(length, '\n'), after.PadRight(length, '\n'));
    }

    private string Presented() => _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.TargetCertificate.Subject;
}
