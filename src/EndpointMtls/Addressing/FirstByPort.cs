namespace EndpointMtls.Addressing;

/// <summary>The ranks of patterns that say the same of the host: the first for any port, and the first for each port.</summary>
/// <remarks>A value, which lies within the table that it is looked up in: most hosts have one pattern for any port, and need no other memory.</remarks>
internal struct FirstByPort
{
    /// <summary>The rank of nothing: behind every pattern.</summary>
    public const int None = int.MaxValue;

    private Dictionary<int, int>? _onPort;

    // The rank and one more, so that a new value has none.
    private int _afterAny;

    private readonly int OnAny => _afterAny == 0 ? None : _afterAny - 1;

    /// <summary>Adds a pattern. They come in order, so the first one stays.</summary>
    public void Add(int? port, int rank)
    {
        if (port is { } one)
        {
            (_onPort ??= []).TryAdd(one, rank);
        }
        else if (_afterAny == 0)
        {
            _afterAny = rank + 1;
        }
    }

    /// <summary>The first pattern that takes a port, or that takes all of them.</summary>
    public readonly int On(int? port) => port is { } one && _onPort is not null && _onPort.TryGetValue(one, out var rank) ? Math.Min(rank, OnAny) : OnAny;
}
