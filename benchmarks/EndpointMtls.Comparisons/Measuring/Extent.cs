using EndpointMtls.Comparisons.Scaling;

namespace EndpointMtls.Comparisons.Measuring;

/// <summary>How long and how often a run measures.</summary>
/// <param name="Name">What such a run is called.</param>
internal sealed record Extent(string Name)
{
    /// <summary>Enough to see that all works and nothing with a target is far off; noisy.</summary>
    public static Extent Quick { get; } = new("quick")
    {
        Rounds = 5,
        Turn = TimeSpan.FromSeconds(0.25),
        CloseRounds = 17,
        WarmUp = TimeSpan.FromSeconds(1),
        Rotations = 1,
        Calm = TimeSpan.FromSeconds(2),
        HeldChannels = 60,
        Scale = new Scale(500, 10, TimeSpan.FromSeconds(3)),
    };

    /// <summary>What figures are quoted from.</summary>
    public static Extent Full { get; } = new("full")
    {
        Rounds = 21,
        Turn = TimeSpan.FromSeconds(0.5),
        CloseRounds = 201,
        WarmUp = TimeSpan.FromSeconds(3),
        Rotations = 5,
        Calm = TimeSpan.FromSeconds(6),
        HeldChannels = 300,
        Scale = new Scale(5_000, 50, TimeSpan.FromSeconds(30)),
        IsWhole = true,
    };

    /// <summary>How often each contender has its turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long a turn takes, where there is nothing else to wait for.</summary>
    public required TimeSpan Turn { get; init; }

    /// <summary>How often, where two are so close that only many short turns tell them apart: the speed of a machine drifts by more than they differ.</summary>
    public required int CloseRounds { get; init; }

    /// <summary>How long such a turn takes.</summary>
    public TimeSpan CloseTurn { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long each contender runs before it counts.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How many rotations there are that count. Of several, one more goes before.</summary>
    public required int Rotations { get; init; }

    /// <summary>How long calls are watched before a rotation.</summary>
    public required TimeSpan Calm { get; init; }

    /// <summary>How many channels are held to see what one takes.</summary>
    public required int HeldChannels { get; init; }

    /// <summary>How many endpoints are discovered and probed.</summary>
    public required Scale Scale { get; init; }

    /// <summary>Whether it also measures what has no target without being asked for it.</summary>
    public bool IsWhole { get; init; }
}
