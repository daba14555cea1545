using EndpointMtls.Comparisons.Scaling;

namespace EndpointMtls.Comparisons.Measuring;

/// <summary>How long and how often a run measures.</summary>
/// <param name="Name">The name of the run.</param>
internal sealed record Extent(string Name)
{
    /// <summary>A short, noisy run: to check that everything works, and that no target is missed by far.</summary>
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

    /// <summary>The run whose figures are published.</summary>
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

    /// <summary>The number of rounds.</summary>
    public required int Rounds { get; init; }

    /// <summary>The duration of a turn, unless something else determines it.</summary>
    public required TimeSpan Turn { get; init; }

    /// <summary>The number of short turns for two similar contenders, because the speed of the machine drifts by more than they differ.</summary>
    public required int CloseRounds { get; init; }

    /// <summary>The duration of a short turn.</summary>
    public TimeSpan CloseTurn { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The warm-up time of each contender.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The number of measured rotations. If there are several, one more runs first as a warm-up.</summary>
    public required int Rotations { get; init; }

    /// <summary>How long calls are measured before a rotation.</summary>
    public required TimeSpan Calm { get; init; }

    /// <summary>The number of idle channels for the measurement of memory.</summary>
    public required int HeldChannels { get; init; }

    /// <summary>The numbers of discovered and probed endpoints.</summary>
    public required Scale Scale { get; init; }

    /// <summary>Whether parts without a target are measured by default.</summary>
    public bool IsWhole { get; init; }
}
