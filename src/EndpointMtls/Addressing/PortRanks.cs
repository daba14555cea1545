namespace EndpointMtls.Addressing;

/// <summary>The lowest ranks of the patterns with the same host: one for any port, and one for each port.</summary>
/// <remarks>A struct stored in the lookup table itself: most hosts have one pattern for any port and allocate nothing else.</remarks>
internal struct PortRanks
{
    /// <summary>The rank where there is no pattern: higher than every other.</summary>
    public const int None = int.MaxValue;

    private Dictionary<int, int>? _onPort;

    // The rank plus one, so that the default value means none.
    private int _afterAny;

    private readonly int OnAny => _afterAny == 0 ? None : _afterAny - 1;

    /// <summary>Adds a pattern. Patterns are added in the order of their ranks, so the first one is kept.</summary>
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

    /// <summary>Returns the lowest rank of the patterns for this port or for any port.</summary>
    public readonly int On(int? port) =>
        port is { } one && _onPort is not null && _onPort.TryGetValue(one, out var rank) ? Math.Min(rank, OnAny) : OnAny;
}
