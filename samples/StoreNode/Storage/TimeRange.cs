using Thanos.Api;

namespace StoreNode.Storage;

/// <summary>A range of Unix times in milliseconds, both ends inclusive.</summary>
internal readonly record struct TimeRange(long Start, long End)
{
    public static readonly TimeRange All = new(long.MinValue, long.MaxValue);

    /// <summary>Creates the range of a request. If both times are 0, the request did not set them: the range is unlimited.</summary>
    public static TimeRange OfRequest(long start, long end) => (start, end) == (0, 0) ? All : new(start, end);

    public bool Overlaps(AggrChunk chunk) => chunk.MinTime <= End && chunk.MaxTime >= Start;
}
