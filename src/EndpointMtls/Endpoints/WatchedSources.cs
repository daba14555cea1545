namespace EndpointMtls.Endpoints;

/// <summary>A cache of sources. Disposes those that are no longer in use. Not thread-safe.</summary>
internal sealed class WatchedSources<T> : IDisposable
    where T : IDisposable
{
    private readonly Dictionary<string, T> _all = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public T GetOrAdd(string key, Func<T> create)
    {
        _used.Add(key);
        return _all.TryGetValue(key, out var source) ? source : _all[key] = create();
    }

    /// <summary>Disposes the sources that were not returned since the last call.</summary>
    public void DisposeUnused()
    {
        foreach (var key in _all.Keys.Where(key => !_used.Contains(key)).ToList())
        {
            _all.Remove(key, out var source);
            source!.Dispose();
        }

        _used.Clear();
    }

    public void Dispose()
    {
        foreach (var source in _all.Values)
        {
            source.Dispose();
        }
    }
}
