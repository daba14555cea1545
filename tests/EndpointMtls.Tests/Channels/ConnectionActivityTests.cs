using EndpointMtls.Channels;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>Since when a connection is silent, and which pings are unanswered.</summary>
public sealed class ConnectionActivityTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly byte[] Ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] PingAck = [0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] RoundTripPing = [0, 0, 8, 6, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
    private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    private readonly TestTimeProvider _time = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private ConnectionActivity _activity = null!;
    private int _timeouts;

    [SetUp]
    public void Create()
    {
        (_activity, _timeouts) = (new ConnectionActivity(_time), 0);
        _activity.WatchPings(ChannelDefinition.Default, _ => _timeouts++, () => { });
    }

    [Test]
    public void Measures_silence_from_the_first_unanswered_write()
    {
        var start = _time.GetTimestamp();
        _activity.GetSilence(start).Should().Be(TimeSpan.Zero, "nothing was sent");

        _activity.OnWrite();
        _time.Advance(TimeSpan.FromSeconds(3));
        _activity.OnWrite();
        _time.Advance(TimeSpan.FromSeconds(4));

        _activity.GetSilence(start).Should().Be(TimeSpan.FromSeconds(7));
    }

    [Test]
    public void Anything_received_ends_the_silence()
    {
        var start = _time.GetTimestamp();
        _activity.OnWrite();
        _time.Advance(TimeSpan.FromMinutes(1));

        _activity.OnRead();

        _activity.GetSilence(start).Should().Be(TimeSpan.Zero);
    }

    [Test]
    public void Ignores_a_connection_on_which_nothing_was_sent_since_the_call_began()
    {
        _activity.OnWrite();
        _time.Advance(TimeSpan.FromMinutes(1));

        _activity.GetSilence(_time.GetTimestamp()).Should().Be(TimeSpan.Zero);
    }

    [Test]
    public void A_ping_that_is_not_answered_times_out_once()
    {
        _activity.OnFrames([.. Settings, .. Ping]);

        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        _timeouts.Should().Be(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _timeouts.Should().Be(1);
        _time.Advance(Timeout * 3);
        _timeouts.Should().Be(1);
    }

    [Test]
    public void Anything_received_answers_a_ping()
    {
        _activity.OnFrames(Ping);
        _time.Advance(Timeout / 2);

        _activity.OnRead();

        _time.Advance(Timeout * 3);
        _timeouts.Should().Be(0);
        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public void A_ping_after_an_answered_one_has_its_own_timeout()
    {
        _activity.OnFrames(Ping);
        _time.Advance(Timeout / 2);
        _activity.OnRead();
        _activity.OnFrames(Ping);

        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        _timeouts.Should().Be(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _timeouts.Should().Be(1);
    }

    private static readonly byte[][] OtherData =
    [
        PingAck,
        RoundTripPing,
        Settings,
        [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8],
        [.. Ping, 0],
        [.. Ping, 0, 0, 9, 0, 0, 0, 0, 0, 1, 1],
        Ping[..12],
        [],
    ];

    [TestCaseSource(nameof(OtherData))]
    public void Other_data_is_no_ping(byte[] data)
    {
        _activity.OnFrames(data);

        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public void A_ping_does_not_time_out_after_the_connection_has_closed()
    {
        using var connection = new TransportStream(new MemoryStream(), _time);
        connection.Activity.WatchPings(ChannelDefinition.Default, _ => _timeouts++, () => { });
        connection.Activity.OnFrames(Ping);

        connection.Dispose();
        _time.Advance(Timeout);

        _timeouts.Should().Be(0);
    }
}
