using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>When a channel moves after its realm has changed.</summary>
public sealed class ChannelRotationTests
{
    private static readonly TimeSpan Jitter = TimeSpan.FromMinutes(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private TestTimeProvider _time = null!;
    private TimedRealm _realm = null!;
    private RealmHandler _handler = null!;

    [SetUp]
    public void CreateRealm()
    {
        _time = new TestTimeProvider(TimedRealm.Ahead);
        _realm = new TimedRealm(_root, _root.IssueClient("client"), realm => realm.TlsConfig!.RotationJitter = Jitter);
        _handler = TestConnector.CreateHandler(port: 1);
    }

    [TearDown]
    public async Task CleanUp()
    {
        _handler.Dispose();
        await _realm.DisposeAsync();
    }

    [Test]
    public async Task Changes_that_follow_one_another_do_not_put_the_move_off()
    {
        using var rotation = CreateRotation();

        await RotateAsync();
        var remaining = _time.RemainingTimes.Should().ContainSingle().Subject;
        await RotateAsync();
        _time.RemainingTimes.Should().Equal(remaining);

        _time.Advance(Jitter);
        _time.UndisposedTimers.Should().Be(0);
        await RotateAsync();
        _time.RunningTimers.Should().Be(1);
    }

    [Test]
    public async Task Channels_do_not_all_move_at_one_moment()
    {
        var rotations = Enumerable.Range(0, 20).Select(_ => CreateRotation()).ToList();

        await RotateAsync();

        _time.RemainingTimes.Should().HaveCount(20).And.OnlyContain(remaining => remaining >= TimeSpan.Zero && remaining <= Jitter);
        _time.RemainingTimes.Distinct().Should().HaveCountGreaterThan(1);
        rotations.ForEach(rotation => rotation.Dispose());
    }

    [Test]
    public async Task A_channel_that_is_gone_does_not_move_any_more()
    {
        var rotation = CreateRotation();

        rotation.Dispose();
        await RotateAsync();

        _time.UndisposedTimers.Should().Be(0);
    }

    [Test]
    public async Task A_channel_that_goes_while_it_waits_does_not_move_either()
    {
        var rotation = CreateRotation();
        await RotateAsync();

        rotation.Dispose();

        _time.UndisposedTimers.Should().Be(0);
    }

    [Test]
    public async Task A_channel_that_has_nothing_to_wait_for_keeps_no_timer()
    {
        using var rotation = CreateRotation();
        _time.UndisposedTimers.Should().Be(0);

        await RotateAsync();
        _time.UndisposedTimers.Should().Be(1);

        _time.Advance(Jitter);
        _time.UndisposedTimers.Should().Be(0);
    }

    private ChannelRotation CreateRotation()
    {
        var address = new EndpointAddress("127.0.0.1", 1);
        var realm = new Realm(TestConnector.CreateContext(port: 1).Realm.Definition, Rotation: null, _realm.Provider);
        return ChannelRotation.Of(_handler, new ChannelContext(new AddressDestination(address), realm, _time, new LogRecorder(), new EndpointMeter(null)))!;
    }

    private Task<LoadedCertificates> RotateAsync() => _realm.RotateAsync(_root.IssueClient("client"));
}
