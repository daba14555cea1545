using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Certificates;

/// <summary>When a change of the files is noticed, and what counts as one.</summary>
public sealed class RotationDetectionTests
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private TestCa _authority = null!;
    private RotatingRealm _realm = null!;

    [SetUp]
    public void WriteFiles()
    {
        _authority = TestCa.CreateRoot("root");
        _realm = new RotatingRealm(_authority, _authority.IssueClient("client-1"));
    }

    [TearDown]
    public async Task CleanUp() => await _realm.DisposeAsync();

    [Test]
    public void A_handshake_looks_once_a_second()
    {
        var begin = _realm.InUse.CheckedAt;
        _realm.WriteIdentity(_authority.IssueClient("client-2"));

        _realm.Time.Advance(TimeSpan.FromMilliseconds(999));
        Presented().Should().Be("CN=client-1");
        _realm.InUse.CheckedAt.Should().Be(begin);

        _realm.Time.Advance(TimeSpan.FromMilliseconds(1));
        Presented().Should().Be("CN=client-2");
        _realm.WriteIdentity(_authority.IssueClient("client-3"));
        Presented().Should().Be("CN=client-2");
        _realm.InUse.CheckedAt.Should().Be(begin.AddSeconds(1));
        _realm.Time.Advance(TimeSpan.FromSeconds(1));
        Presented().Should().Be("CN=client-3");
    }

    [Test]
    public void Options_that_are_kept_look_at_the_handshake_as_well()
    {
        var options = _realm.Provider.CreateRotatingClientOptions("store-1");
        _realm.WriteIdentity(_authority.IssueClient("client-2"));
        _realm.Time.Advance(TimeSpan.FromSeconds(1));

        options.LocalCertificateSelectionCallback!(this, "store-1", [], null, [])!.Subject.Should().Be("CN=client-2");
    }

    [Test]
    public void Looking_at_the_description_does_not_look_at_the_files()
    {
        _ = _realm.InUse;
        _realm.WriteIdentity(_authority.IssueClient("client-2"));
        _realm.Time.Advance(TimeSpan.FromSeconds(1));

        _realm.InUse.ClientCertificate!.Subject.Should().Be("CN=client-1");
    }

    [Test]
    public void Without_handshakes_the_files_are_looked_at_once_an_interval_give_or_take_a_tenth()
    {
        _realm.Tls.CheckInterval = TimeSpan.FromSeconds(20);
        var looks = new HashSet<DateTimeOffset> { _realm.InUse.CheckedAt };
        for (var second = 1; second <= 200; second++)
        {
            _realm.Time.Advance(TimeSpan.FromSeconds(1));
            looks.Add(_realm.InUse.CheckedAt);
        }

        var gaps = looks.Order().Zip(looks.Order().Skip(1), (earlier, later) => (later - earlier).TotalSeconds).ToList();
        gaps.Should().HaveCountGreaterThan(7).And.OnlyContain(gap => gap >= 18 && gap <= 22).And.Contain(gap => gap != gaps[0]);
    }

    [Test]
    public void A_change_is_found_without_any_handshake()
    {
        _realm.Tls.CheckInterval = TimeSpan.FromSeconds(10);
        _ = _realm.InUse;
        _realm.WriteIdentity(_authority.IssueClient("client-2"));

        _realm.Time.Advance(TimeSpan.FromSeconds(8.9));
        _realm.InUse.Generation.Should().Be(1);
        _realm.Time.Advance(TimeSpan.FromSeconds(2.1));
        _realm.InUse.Generation.Should().Be(2);
    }

    [Test]
    public void A_file_older_than_the_one_in_use_is_taken_over_as_well()
    {
        _ = _realm.InUse;
        WriteIdentity(_authority.IssueClient("client-0"), TimeSpan.FromDays(30));
        _realm.LookAtHandshake().ClientCertificate!.Subject.Should().Be("CN=client-0");
    }

    [Test]
    public async Task A_file_written_again_beneath_its_stamp_is_found_by_force_at_once()
    {
        var (before, after) = WriteBundlesOfOneLength();
        _realm.Write("ca.crt", before, Old);
        _ = _realm.InUse;
        _realm.Write("ca.crt", after, Old);

        _realm.LookAtHandshake().Generation.Should().Be(1);
        (await _realm.ReloadAsync()).Generation.Should().Be(2);
    }

    [Test]
    public void A_file_written_again_beneath_its_stamp_is_found_within_minutes()
    {
        var (before, after) = WriteBundlesOfOneLength();
        _realm.Write("ca.crt", before, Old);
        var begin = _realm.Time.GetUtcNow();
        _ = _realm.InUse;
        _realm.Write("ca.crt", after, Old);

        _realm.Time.Advance(TimeSpan.FromSeconds(298));
        _realm.LookAtHandshake().Generation.Should().Be(1);
        _realm.LookAtHandshake().Generation.Should().Be(2);
        (_realm.InUse.ChangedAt - begin).Should().Be(TimeSpan.FromMinutes(5));
    }

    [Test]
    public void A_file_written_again_beneath_its_stamp_is_found_at_the_next_look_while_the_stamp_is_young()
    {
        var (before, after) = WriteBundlesOfOneLength();
        _realm.Write("ca.crt", before, TimeSpan.FromSeconds(0.5));
        _ = _realm.InUse;
        _realm.Write("ca.crt", after, TimeSpan.FromSeconds(0.5));

        _realm.LookAtHandshake().Generation.Should().Be(2);
    }

    [Test]
    public async Task A_listener_hears_of_a_change_once_and_asks_for_the_next()
    {
        var token = _realm.Provider.GetChangeToken();
        var heard = new List<int>();
        token.RegisterChangeCallback(_ => heard.Add(_realm.InUse.Generation), null);

        _realm.WriteIdentity(_authority.IssueClient("client-2"));
        await _realm.ReloadAsync();
        _realm.WriteIdentity(_authority.IssueClient("client-3"));
        await _realm.ReloadAsync();

        heard.Should().Equal(2);
        token.HasChanged.Should().BeTrue();
        _realm.Provider.GetChangeToken().HasChanged.Should().BeFalse();
    }

    private void WriteIdentity(TestCertificate client, TimeSpan age)
    {
        _realm.Write("tls.crt", client.ChainPem, age);
        _realm.Write("tls.key", client.KeyPem, age);
    }

    private (string Before, string After) WriteBundlesOfOneLength()
    {
        var (before, after) = (_authority.Pem, TestCa.CreateRoot("toor").Pem);
        var length = Math.Max(before.Length, after.Length);
        return (before.PadRight(length, '\n'), after.PadRight(length, '\n'));
    }

    private string Presented() => _realm.Provider.CreateClientOptions("store-1").ClientCertificateContext!.TargetCertificate.Subject;
}
