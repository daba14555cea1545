using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EndpointMtls.Addressing;

/// <summary>A pattern and its place: which realm, and where in its <c>match</c>.</summary>
internal readonly record struct PlacedPattern(int Realm, int Index, AddressPattern Pattern);

/// <summary>
/// Finds the first pattern that claims an address. A search looks up the host, each name above it and each length of a
/// network's prefix, so its time does not grow with the patterns. Immutable once built.
/// </summary>
internal sealed class RealmMatcher
{
    private PortRanks _any;
    private readonly Dictionary<string, PortRanks> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortRanks> _suffixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortRanks>.AlternateLookup<ReadOnlySpan<char>> _suffixesBySpan;
    private readonly NetworkIndex _networks = new();

    // The realm of each rank on its own: small enough to stay in the processor's cache, unlike the patterns.
    private readonly int[] _realms;

    /// <param name="realms">The patterns of each realm, in order.</param>
    public RealmMatcher(IEnumerable<ImmutableArray<AddressPattern>> realms)
    {
        Patterns = [.. realms.SelectMany((patterns, realm) => patterns.Select((pattern, index) => new PlacedPattern(realm, index, pattern)))];
        _realms = [.. Patterns.Select(placed => placed.Realm)];
        _suffixesBySpan = _suffixes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var rank = 0; rank < Patterns.Length; rank++)
        {
            var pattern = Patterns[rank].Pattern;
            At(pattern).Add(pattern.Port, rank);
        }
    }

    /// <summary>All patterns in the order in which they claim.</summary>
    public ImmutableArray<PlacedPattern> Patterns { get; }

    /// <summary>The first pattern that matches an address.</summary>
    public PlacedPattern? Find(EndpointAddress address) => Placed(First(address));

    /// <summary>The realm of that pattern.</summary>
    public int? FindRealm(EndpointAddress address) => First(address) is var rank && rank == PortRanks.None ? null : _realms[rank];

    /// <summary>The first of the patterns before this one that matches whatever it matches.</summary>
    public PlacedPattern? FindShadow(PlacedPattern placed) =>
        // A pattern covers itself, so there always is one.
        FindCover(placed.Pattern) is { } first && first != placed ? first : null;

    /// <summary>The first pattern that matches whatever another one matches.</summary>
    public PlacedPattern? FindCover(AddressPattern pattern)
    {
        var first = pattern.Kind switch
        {
            PatternKind.Any => _any.On(pattern.Port),
            PatternKind.Exact => FirstOfHost(pattern.Host, pattern.Port),
            PatternKind.Suffix => Math.Min(_any.On(pattern.Port), FirstOfSuffixes(pattern.Host, pattern.Port)),
            _ => Math.Min(_any.On(pattern.Port), _networks.First(pattern.Network.BaseAddress, pattern.Network.PrefixLength, pattern.Port)),
        };

        return Placed(first);
    }

    private ref PortRanks At(AddressPattern pattern)
    {
        switch (pattern.Kind)
        {
            case PatternKind.Any: return ref _any;
            case PatternKind.Exact: return ref CollectionsMarshal.GetValueRefOrAddDefault(_exact, pattern.Host, out _);
            case PatternKind.Suffix: return ref CollectionsMarshal.GetValueRefOrAddDefault(_suffixes, pattern.Host, out _);
            default: return ref _networks.At(pattern.Network);
        }
    }

    private PlacedPattern? Placed(int rank) => rank == PortRanks.None ? null : Patterns[rank];

    private int First(EndpointAddress address) => FirstOfHost(address.Host, address.IsUnix ? null : address.Port);

    private int FirstOfHost(string host, int? port)
    {
        var first = Math.Min(_any.On(port), _exact.TryGetValue(host, out var exact) ? exact.On(port) : PortRanks.None);
        if (HostName.TryGetIP(host, out var ip))
        {
            return Math.Min(first, _networks.First(ip, prefixLength: int.MaxValue, port));
        }

        // The names above a name begin behind its dots; the path of a socket has none above it.
        var dot = host[0] == '/' ? -1 : host.IndexOf('.');
        return dot < 0 ? first : Math.Min(first, FirstOfSuffixes(host.AsSpan(dot + 1), port));
    }

    private int FirstOfSuffixes(ReadOnlySpan<char> name, int? port)
    {
        var first = PortRanks.None;
        for (var dot = 0; dot >= 0; dot = name.IndexOf('.'), name = name[(dot + 1)..])
        {
            if (_suffixesBySpan.TryGetValue(name, out var suffix))
            {
                first = Math.Min(first, suffix.On(port));
            }
        }

        return first;
    }
}
