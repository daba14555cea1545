using Thanos.Api;
using Thanos.Text;

namespace Querier.Stores;

/// <summary>The last response of a store to the Thanos Info API. Announcements with the same content are equal, so that the set signals only real changes.</summary>
internal sealed class Announcement(InfoResponse answer) : IEquatable<Announcement>
{
    /// <summary>The announcement before the first response: the store may have any series.</summary>
    public static readonly Announcement Unknown = new(new InfoResponse());

    private readonly InfoResponse _answer = answer;

    public string Component { get; } = answer.ComponentType.Length > 0 ? answer.ComponentType.ToLowerInvariant() : "store";

    public IReadOnlyList<IReadOnlyDictionary<string, string>> LabelSets { get; } =
        [.. answer.LabelSets.Select(ToDictionary)];

    public long MinTime => _answer.Store?.MinTime ?? long.MinValue;

    public long MaxTime => _answer.Store?.MaxTime ?? long.MaxValue;

    public bool Equals(Announcement? other) => _answer.Equals(other?._answer);

    public override bool Equals(object? obj) => Equals(obj as Announcement);

    public override int GetHashCode() => _answer.GetHashCode();

    private static Dictionary<string, string> ToDictionary(LabelSet set)
    {
        var labels = new Dictionary<string, string>();
        foreach (var label in set.Labels)
        {
            if (!labels.TryAdd(label.Name, label.Value))
                throw new InvalidDataException($"it announces the label '{Snippet.Of(label.Name, 60)}' twice");
        }

        return labels;
    }
}
