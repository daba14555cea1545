using System.Collections.Immutable;
using EndpointMtls.Addressing;

namespace EndpointMtls.Configuration.Readers;

/// <summary>A target group of a file_sd file: targets with common labels.</summary>
internal sealed record TargetGroup(ImmutableArray<EndpointTarget> Targets, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Whether all values are equal. The equality of the record compares collections by reference.</summary>
    public bool IsSameAs(TargetGroup other) =>
        Targets.SequenceEqual(other.Targets)
        && Labels.Count == other.Labels.Count
        && Labels.All(label => other.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
