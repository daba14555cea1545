using EndpointMtls.Channels;

namespace EndpointMtls.Tests.Channels;

/// <summary>The end of a connection is delayed after GOAWAY only.</summary>
public sealed class GoAwayDelayTests
{
    private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    private static readonly byte[] Ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    [Test]
    public void The_end_after_GOAWAY_is_delayed() => DelayAfter(GoAway).Should().BePositive();

    [Test]
    public void The_end_after_other_frames_and_GOAWAY_is_delayed() => DelayAfter([.. Ping, .. GoAway]).Should().BePositive();

    [Test]
    public void The_end_after_GOAWAY_with_debug_data_is_delayed() =>
        DelayAfter([0, 0, 15, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. "max_age"u8]).Should().BePositive();

    [Test]
    public void The_end_after_another_frame_is_not_delayed() => DelayAfter(Ping).Should().Be(TimeSpan.Zero);

    [Test]
    public void The_end_after_data_that_follows_GOAWAY_is_not_delayed()
    {
        var delay = new GoAwayDelay();
        delay.OnRead(GoAway);
        delay.OnRead(Ping).Should().Be(TimeSpan.Zero);
        delay.OnRead([]).Should().Be(TimeSpan.Zero);
    }

    private static TimeSpan DelayAfter(byte[] data)
    {
        var delay = new GoAwayDelay();
        delay.OnRead(data).Should().Be(TimeSpan.Zero);
        return delay.OnRead([]);
    }
}
