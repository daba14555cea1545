namespace EndpointMtls.Configuration;

/// <summary>The ranks of patterns that say the same of the host: the first for any port, and the first for each port.</summary>
internal sealed class FirstByPort
{
    /// <summary>The rank of nothing: behind every pattern.</summary>
    public const int None = int.MaxValue;

    private readonly Dictionary<int, int> _onPort = [];
    private int _onAny = None;

    /// <summary>Adds a pattern. They come in order, so the first one stays.</summary>
    public void Add(int? port, int rank)
    {
        if (port is { } one)
        {
            _onPort.TryAdd(one, rank);
        }
        else
        {
            _onAny = Math.Min(_onAny, rank);
        }
    }

    /// <summary>The first pattern that takes a port, or that takes all of them.</summary>
    public int On(int? port) => port is { } one && _onPort.TryGetValue(one, out var rank) ? Math.Min(rank, _onAny) : _onAny;
}
