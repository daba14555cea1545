using Google.Protobuf;
using Thanos.Api;
using Thanos.Chunks;

namespace StoreNode.Storage;

/// <summary>The samples of one series: full chunks, which are immutable, and one open chunk.</summary>
internal sealed class TimeSeries(Labels labels)
{
    public const int SamplesPerChunk = 120;

    private readonly Lock _lock = new();
    private readonly Queue<AggrChunk> _full = [];
    private XorChunk _open = new();
    private long _first;
    private long _last = long.MinValue;

    public Labels Labels => labels;

    /// <summary>Adds a sample. Ignores it if it is not newer than the last one, as Prometheus does.</summary>
    public void Append(Sample sample)
    {
        lock (_lock)
        {
            if (sample.Timestamp <= _last)
                return;

            if (_open.Count == SamplesPerChunk)
            {
                _full.Enqueue(CopyOpen());
                _open = new XorChunk();
            }

            if (_open.Count == 0)
                _first = sample.Timestamp;
            _last = sample.Timestamp;
            _open.Append(sample.Timestamp, sample.Value);
        }
    }

    /// <summary>Removes the chunks that end before <paramref name="time"/>, except the open one.</summary>
    public void DropBefore(long time)
    {
        lock (_lock)
        {
            while (_full.TryPeek(out var oldest) && oldest.MaxTime < time)
                _full.Dequeue();
        }
    }

    /// <summary>Gets the chunks that overlap the range, oldest first.</summary>
    public IReadOnlyList<AggrChunk> Read(TimeRange range)
    {
        lock (_lock)
        {
            var chunks = _open.Count == 0 ? _full : _full.Append(CopyOpen());
            return [.. chunks.Where(range.Overlaps)];
        }
    }

    private AggrChunk CopyOpen() => new()
    {
        MinTime = _first,
        MaxTime = _last,
        Raw = new Chunk { Type = Chunk.Types.Encoding.Xor, Data = ByteString.CopyFrom(_open.Bytes) },
    };
}
