using System.Collections.Immutable;
using EndpointMtls.Addressing;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Targets that a file lists together, and what it says of all of them.</summary>
internal sealed record TargetGroup(ImmutableArray<EndpointTarget> Targets, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Whether all of it is the same. Equality would compare the lists by reference.</summary>
    public bool IsSameAs(TargetGroup other) =>
        Targets.SequenceEqual(other.Targets)
        && Labels.Count == other.Labels.Count && Labels.All(label => other.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
