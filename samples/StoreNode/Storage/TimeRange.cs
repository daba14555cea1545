using Thanos.Api;

namespace StoreNode.Storage;

/// <summary>From a Unix time in milliseconds to another, both included.</summary>
internal readonly record struct TimeRange(long Start, long End)
{
    public static readonly TimeRange All = new(long.MinValue, long.MaxValue);

    /// <summary>A request that leaves both times out says 0 and 0, and means all there is.</summary>
    public static TimeRange Asked(long start, long end) => (start, end) == (0, 0) ? All : new(start, end);

    public bool Overlaps(AggrChunk chunk) => chunk.MinTime <= End && chunk.MaxTime >= Start;
}
