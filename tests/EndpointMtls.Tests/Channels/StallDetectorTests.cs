using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>When unanswered calls replace the connections of a channel.</summary>
public sealed class StallDetectorTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>In seconds.</summary>
    private static readonly int[] Gaps = [20, 40, 80, 160, 300, 300];

    private readonly TestTimeProvider _time = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private int _stalls;
    private StallDetector _detector = null!;

    [SetUp]
    public void Create() => (_stalls, _detector) = (0, new StallDetector(_time));

    [Test]
    public void Replaces_connections_only_after_ten_seconds_of_silence()
    {
        EndCall(TimeSpan.Zero);
        EndCall(Silence - TimeSpan.FromMilliseconds(1));
        _stalls.Should().Be(0);

        EndCall(Silence);
        _stalls.Should().Be(1);
    }

    [Test]
    public void Doubles_the_gap_between_replacements_up_to_five_minutes()
    {
        EndCall(Silence);
        foreach (var (index, gap) in Gaps.Index())
        {
            _time.Advance(TimeSpan.FromSeconds(gap) - TimeSpan.FromMilliseconds(1));
            EndCall(Silence);
            _stalls.Should().Be(index + 1, $"{gap} s have not passed");

            _time.Advance(TimeSpan.FromMilliseconds(1));
            EndCall(Silence);
            _stalls.Should().Be(index + 2, $"{gap} s have passed");
        }
    }

    [Test]
    public void Starts_with_the_first_gap_again_after_a_call_succeeded()
    {
        EndCall(Silence);
        _time.Advance(StallDetector.FirstGap);
        EndCall(Silence);

        _detector.OnAnswered();

        EndCall(Silence);
        _stalls.Should().Be(3);
        _time.Advance(StallDetector.FirstGap);
        EndCall(Silence);
        _stalls.Should().Be(4);
    }

    [Test]
    public void A_hundred_calls_that_end_together_replace_the_connections_once()
    {
        Parallel.For(0, 100, _ => EndCall(Silence));

        _stalls.Should().Be(1);
    }

    private void EndCall(TimeSpan silence)
    {
        if (_detector.OnUnanswered(silence))
        {
            Interlocked.Increment(ref _stalls);
        }
    }
}
