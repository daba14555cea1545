using EndpointMtls.Channels;

namespace EndpointMtls.Tests.Channels;

/// <summary>The end of a connection is delayed after GOAWAY only.</summary>
public sealed class GoAwayDelayTests
{
    private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    private static readonly byte[] Ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    [Test]
    public void The_end_after_GOAWAY_is_delayed() => IsEndDelayed(GoAway).Should().BeTrue();

    [Test]
    public void The_end_after_other_frames_and_GOAWAY_is_delayed() => IsEndDelayed([.. Ping, .. GoAway]).Should().BeTrue();

    [Test]
    public void The_end_after_GOAWAY_with_debug_data_is_delayed() =>
        IsEndDelayed([0, 0, 15, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. "max_age"u8]).Should().BeTrue();

    [Test]
    public void The_end_after_another_frame_is_not_delayed() => IsEndDelayed(Ping).Should().BeFalse();

    [Test]
    public void The_end_after_data_that_follows_GOAWAY_is_not_delayed() => IsEndDelayed(GoAway, Ping).Should().BeFalse();

    [Test]
    public void A_read_without_a_buffer_is_not_delayed()
    {
        var delay = new GoAwayDelay();
        delay.OnRead(GoAway, GoAway.Length, CancellationToken.None).IsCompleted.Should().BeTrue();

        delay.OnRead(Memory<byte>.Empty, 0, CancellationToken.None).IsCompleted.Should().BeTrue();
    }

    private static bool IsEndDelayed(params byte[][] reads)
    {
        var delay = new GoAwayDelay();
        foreach (var data in reads)
        {
            delay.OnRead(data, data.Length, CancellationToken.None).IsCompleted.Should().BeTrue();
        }

        return !delay.OnRead(new byte[1], 0, CancellationToken.None).IsCompleted;
    }
}
