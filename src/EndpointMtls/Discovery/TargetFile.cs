using System.Collections.Immutable;
using EndpointMtls.Configuration.Readers;

namespace EndpointMtls.Discovery;

/// <summary>A file that lists targets, or a pattern whose folder cannot be listed, as it was when it was looked at last.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Groups">What it lists; if it cannot be read as it is, what it listed before.</param>
/// <param name="LoadedAt">When that was taken over; <see langword="null"/> if nothing was, or it has gone.</param>
/// <param name="Error">What is wrong with it; <see langword="null"/> if it is in order.</param>
/// <param name="ErrorSince">Since when anything has been.</param>
internal sealed record TargetFile(string Path, ImmutableArray<TargetGroup> Groups, DateTimeOffset? LoadedAt, string? Error, DateTimeOffset? ErrorSince)
{
    public int TargetCount => Groups.Sum(group => group.Targets.Length);

    /// <summary>Whether it lists the same.</summary>
    public bool Lists(ImmutableArray<TargetGroup> groups) => Groups.Length == groups.Length && Groups.Zip(groups).All(pair => pair.First.IsSameAs(pair.Second));
}
