using System.Collections.Immutable;
using EndpointMtls.Configuration.Readers;

namespace EndpointMtls.Discovery;

/// <summary>The state of a target file; or of a pattern whose folder cannot be listed.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Groups">The groups of targets; those of the last valid content if the file has an error.</param>
/// <param name="LoadedAt">When <paramref name="Groups"/> were read; <see langword="null"/> if never, or if the file is missing.</param>
/// <param name="Error">The error; <see langword="null"/> if the file is valid.</param>
/// <param name="ErrorSince">When the file became invalid; <see langword="null"/> if it is valid.</param>
internal sealed record TargetFile(
    string Path, ImmutableArray<TargetGroup> Groups, DateTimeOffset? LoadedAt, string? Error, DateTimeOffset? ErrorSince)
{
    public int TargetCount => Groups.Sum(group => group.Targets.Length);

    /// <summary>Whether the file lists the same groups.</summary>
    public bool Lists(ImmutableArray<TargetGroup> groups) =>
        Groups.Length == groups.Length && Groups.Zip(groups).All(pair => pair.First.IsSameAs(pair.Second));
}
