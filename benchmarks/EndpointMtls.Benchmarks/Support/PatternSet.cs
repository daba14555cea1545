namespace EndpointMtls.Benchmarks;

/// <summary>Realms with many patterns (half suffixes, the rest hosts and networks), and addresses that match them.</summary>
internal sealed class PatternSet
{
    private const int Realms = 10;

    // A power of two.
    private const int AddressCount = 4096;

    // Coprime to every number of patterns, so that all types and positions occur.
    private const int Stride = 7919;

    private int _next;

    public PatternSet(int count)
    {
        var patterns = Enumerable.Range(0, count).ToLookup(index => index * Realms / count, PatternOf);
        Options = [.. patterns.Select(realm => Realm($"realm-{realm.Key}", realm))];
        Addresses = [.. Enumerable.Range(0, AddressCount).Select(index => AddressOf((int)((long)index * Stride % count), port: 1024 + index))];
    }

    public IReadOnlyList<RealmOptions> Options { get; }

    public string[] Addresses { get; }

    /// <summary>The next address of the ring. All addresses differ.</summary>
    public string NextAddress() => Addresses[_next++ & (AddressCount - 1)];

    private static string PatternOf(int index) => (index % 10) switch
    {
        < 5 => $"*.team-{index}.example.com",
        < 8 => $"store-{index}.example.net",
        _ => $"10.{Network(index)}.0/24",
    };

    private static string AddressOf(int index, int port) => (index % 10) switch
    {
        < 5 => $"store-1.team-{index}.example.com:{port}",
        < 8 => $"store-{index}.example.net:{port}",
        _ => $"10.{Network(index)}.1:{port}",
    };

    // Of each ten patterns, the eighth and the ninth.
    private static string Network(int index) => (index / 10 * 2) + (index % 2) is var number ? $"{number / 256}.{number % 256}" : "";

    private static RealmOptions Realm(string name, IEnumerable<string> patterns)
    {
        var realm = new RealmOptions { Name = name };
        foreach (var pattern in patterns)
            realm.Match.Add(pattern);

        return realm;
    }
}
