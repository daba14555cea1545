namespace Thanos.Chunks;

/// <summary>A sample: a Unix time in milliseconds, and a value.</summary>
public readonly record struct Sample(long Timestamp, double Value);
