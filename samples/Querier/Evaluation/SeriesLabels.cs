using Thanos.Api;

namespace Querier.Evaluation;

/// <summary>The names and values that identify a series, sorted by name.</summary>
internal sealed class SeriesLabels : IEquatable<SeriesLabels>, IComparable<SeriesLabels>
{
    private readonly string _key;

    public SeriesLabels(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        Pairs = [.. pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        // U+0000 sorts before every character of names and values.
        _key = string.Join('\0', Pairs.SelectMany(pair => new[] { pair.Key, pair.Value }));
    }

    public IReadOnlyList<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>A label with an empty value counts as missing.</summary>
    public static SeriesLabels From(IEnumerable<Label> labels) =>
        new(labels.Where(label => label.Value.Length > 0).Select(label => KeyValuePair.Create(label.Name, label.Value)));

    public SeriesLabels Without(IReadOnlySet<string> names) =>
        names.Count == 0 ? this : new(Pairs.Where(pair => !names.Contains(pair.Key)));

    public int CompareTo(SeriesLabels? other) => string.CompareOrdinal(_key, other?._key);

    public bool Equals(SeriesLabels? other) => _key == other?._key;

    public override bool Equals(object? obj) => Equals(obj as SeriesLabels);

    public override int GetHashCode() => string.GetHashCode(_key, StringComparison.Ordinal);

    public override string ToString() => $"{{{string.Join(", ", Pairs.Select(pair => $"{pair.Key}=\"{pair.Value}\""))}}}";
}
