using Thanos.Text;

namespace Querier.Stores;

/// <summary>The warnings of one store: the first ones, escaped and truncated, and the number of others.</summary>
internal sealed class StoreWarnings(StoreEndpoint endpoint)
{
    private const int MaxCount = 10;

    private readonly List<string> _first = [];
    private long _others;

    public void Add(string warning)
    {
        if (_first.Count < MaxCount)
            _first.Add(Of(Snippet.Of(warning)));
        else
            _others++;
    }

    public IReadOnlyList<string> ToList() => _others == 0 ? _first : [.. _first, Of(FormattableString.Invariant($"{_others:N0} more warnings."))];

    private string Of(string warning) => $"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': {warning}";
}
