namespace EndpointMtls.Comparisons.Measuring;

/// <summary>One row of the results: a ratio, or a difference where a ratio would say nothing.</summary>
/// <param name="Key">What it is called for programs.</param>
/// <param name="What">What was compared with what.</param>
/// <param name="Value">What the rounds came to; <see langword="null"/> if it could not be measured.</param>
/// <param name="Detail">The figures behind it or, if there are none, why.</param>
internal sealed record Finding(string Key, string What, Spread? Value, string Detail)
{
    /// <summary>What the value counts.</summary>
    public string Unit { get; init; } = "×";

    /// <summary>What it should come to.</summary>
    public Bound? Target { get; init; }

    /// <summary>Whether it does; <see langword="null"/> if nothing is asked of it, or it could not be measured.</summary>
    public bool? Holds => Value is { Median: var median } && Target is { } target ? target.Holds(median) : null;

    public static Finding Missing(string key, string what, string why) => new(key, what, null, why);
}

/// <summary>The most or the least that something should come to.</summary>
internal readonly record struct Bound(bool IsMost, double Value)
{
    public static Bound AtMost(double value) => new(IsMost: true, value);

    public static Bound AtLeast(double value) => new(IsMost: false, value);

    public bool Holds(double value) => IsMost ? value <= Value : value >= Value;
}
