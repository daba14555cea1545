namespace EndpointMtls.Endpoints;

/// <summary>Sources that are followed for as long as somebody asks for them. Not thread-safe.</summary>
internal sealed class WatchedSources<T> : IDisposable
    where T : IDisposable
{
    private readonly Dictionary<string, T> _all = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Those that were asked for since <see cref="DisposeUnused"/>.</summary>
    public IEnumerable<T> Used => _used.Select(key => _all[key]);

    public T GetOrAdd(string key, Func<T> create)
    {
        _used.Add(key);
        return _all.TryGetValue(key, out var source) ? source : _all[key] = create();
    }

    /// <summary>Lets go of those that nobody has asked for since the last time.</summary>
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
