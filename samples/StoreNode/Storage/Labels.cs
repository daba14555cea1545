using Thanos.Api;

namespace StoreNode.Storage;

/// <summary>The names and values that identify a series, sorted by name. A label with an empty value counts as missing.</summary>
internal sealed class Labels : IEquatable<Labels>, IComparable<Labels>
{
    public static readonly Labels Empty = new([]);

    private readonly KeyValuePair<string, string>[] _pairs;

    private Labels(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    public IEnumerable<string> Names => _pairs.Select(pair => pair.Key);

    /// <summary>Gets the value of a label; empty if it is missing.</summary>
    public string this[string name] => Array.Find(_pairs, pair => pair.Key == name).Value ?? "";

    public static Labels From(IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.Where(pair => pair.Value.Length > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToArray());

    /// <summary>Merges two label sets. For a name in both, the value of <paramref name="others"/> is used.</summary>
    public Labels With(Labels others) => From(others._pairs.UnionBy(_pairs, pair => pair.Key));

    public Labels Without(ICollection<string> names) =>
        names.Count == 0 ? this : new([.. _pairs.Where(pair => !names.Contains(pair.Key))]);

    public IEnumerable<Label> ToWire() => _pairs.Select(pair => new Label { Name = pair.Key, Value = pair.Value });

    public int CompareTo(Labels? other)
    {
        if (other is null)
            return 1;

        foreach (var (mine, theirs) in _pairs.Zip(other._pairs))
        {
            var order = string.CompareOrdinal(mine.Key, theirs.Key);
            if (order == 0)
                order = string.CompareOrdinal(mine.Value, theirs.Value);
            if (order != 0)
                return order;
        }

        return _pairs.Length.CompareTo(other._pairs.Length);
    }

    public bool Equals(Labels? other) => other is not null && _pairs.AsSpan().SequenceEqual(other._pairs);

    public override bool Equals(object? obj) => Equals(obj as Labels);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, value) in _pairs)
        {
            hash.Add(name);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"{{{string.Join(", ", _pairs.Select(pair => $"{pair.Key}=\"{pair.Value}\""))}}}";
}
