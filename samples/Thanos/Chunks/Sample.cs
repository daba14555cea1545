namespace Thanos.Chunks;

/// <summary>One measurement; the time is in Unix milliseconds, as everywhere in Prometheus.</summary>
public readonly record struct Sample(long Timestamp, double Value);
