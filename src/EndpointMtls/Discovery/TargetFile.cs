using System.Collections.Immutable;
using EndpointMtls.Configuration.Readers;

namespace EndpointMtls.Discovery;

/// <summary>The state of a target file; or of a pattern that matches no file, or whose folder cannot be listed.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Groups">The groups of targets; those of the last usable content if the file is not usable.</param>
/// <param name="LastSuccess">When a check last found the file usable.</param>
/// <param name="Error">The errors; <see langword="null"/> if there are none.</param>
/// <param name="IsUsable">
/// Whether <paramref name="Groups"/> are those of the file now. If there are errors too, the invalid parts are left out.
/// </param>
internal sealed record TargetFile(
    string Path, ImmutableArray<TargetGroup> Groups, RefreshTime LastSuccess, string? Error, bool IsUsable)
{
    public int TargetCount => Groups.Sum(group => group.Targets.Length);

    /// <summary>Whether the file lists the same groups.</summary>
    public bool Lists(ImmutableArray<TargetGroup> groups) =>
        Groups.Length == groups.Length && Groups.Zip(groups).All(pair => pair.First.IsSameAs(pair.Second));
}
