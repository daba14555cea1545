namespace EndpointMtls.Comparisons.Measuring;

/// <summary>One row of the results: a ratio, or a difference where a ratio is meaningless.</summary>
/// <param name="Key">The key in the JSON output.</param>
/// <param name="What">The description of the comparison.</param>
/// <param name="Value">The values of the rounds; <see langword="null"/> if it could not be measured.</param>
/// <param name="Detail">The compared figures or, if there are none, the reason.</param>
internal sealed record Finding(string Key, string What, Spread? Value, string Detail)
{
    /// <summary>The unit of the value.</summary>
    public string Unit { get; init; } = "×";

    /// <summary>The target.</summary>
    public Bound? Target { get; init; }

    /// <summary>Whether the target is met; <see langword="null"/> if there is none, or it could not be measured.</summary>
    public bool? Holds => Value is { Median: var median } && Target is { } target ? target.Holds(median) : null;

    public static Finding Missing(string key, string what, string why) => new(key, what, null, why);
}

/// <summary>An upper or lower limit for a value.</summary>
internal readonly record struct Bound(bool IsMost, double Value)
{
    public static Bound AtMost(double value) => new(IsMost: true, value);

    public static Bound AtLeast(double value) => new(IsMost: false, value);

    public bool Holds(double value) => IsMost ? value <= Value : value >= Value;
}
