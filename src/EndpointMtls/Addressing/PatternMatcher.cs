using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EndpointMtls.Addressing;

/// <summary>A pattern and its position: the index of its realm, and its index in the <c>match</c> of the realm.</summary>
internal readonly record struct PlacedPattern(int Realm, int Index, AddressPattern Pattern);

/// <summary>Finds the first pattern that matches an address. Immutable and thread-safe once built.</summary>
/// <remarks>
/// A listed address comes before all patterns: see <c>RealmTable.Find</c>. A search looks up the host, each of its parent domains and
/// each prefix length in use. Its time does not depend on the number of patterns.
/// </remarks>
internal sealed class PatternMatcher
{
    private PortRanks _any;
    private readonly Dictionary<string, PortRanks> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortRanks> _suffixes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortRanks>.AlternateLookup<ReadOnlySpan<char>> _suffixesBySpan;
    private readonly NetworkIndex _networks = new();

    // The realm of each rank. The array is small enough to stay in the processor's cache; the patterns are not.
    private readonly int[] _realms;

    /// <param name="realms">The patterns of each realm, in order.</param>
    public PatternMatcher(IEnumerable<ImmutableArray<AddressPattern>> realms)
    {
        Patterns =
        [
            .. realms.SelectMany((patterns, realm) => patterns.Select((pattern, index) => new PlacedPattern(realm, index, pattern))),
        ];
        _realms = [.. Patterns.Select(placed => placed.Realm)];
        _suffixesBySpan = _suffixes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var rank = 0; rank < Patterns.Length; rank++)
        {
            var pattern = Patterns[rank].Pattern;
            At(pattern).Add(pattern.Port, rank);
        }
    }

    /// <summary>All patterns. The first one that matches an address decides.</summary>
    public ImmutableArray<PlacedPattern> Patterns { get; }

    /// <summary>Returns the first pattern that matches an address.</summary>
    public PlacedPattern? Find(EndpointAddress address) => Placed(First(address));

    /// <summary>Returns the index of the realm of the first pattern that matches an address.</summary>
    public int? FindRealm(EndpointAddress address) => First(address) is var rank && rank == PortRanks.None ? null : _realms[rank];

    /// <summary>Returns the first earlier pattern that matches every address of this one. This one then never decides.</summary>
    public PlacedPattern? FindShadowing(PlacedPattern placed) =>
        // A pattern covers itself, so FindCover always returns one.
        FindCover(placed.Pattern) is { } first && first != placed ? first : null;

    /// <summary>Returns the first pattern that matches every address of another one.</summary>
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

        // The path of a socket has no parent domains.
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
