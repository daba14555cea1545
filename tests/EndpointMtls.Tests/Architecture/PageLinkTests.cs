using System.Text.RegularExpressions;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>Links between the pages refer to files and headings that exist.</summary>
public sealed partial class PageLinkTests
{
    private static IEnumerable<string> Pages => Directory.EnumerateFiles(Repository.Path("docs"), "*.md").Append(Repository.Path("README.md")).Append(Repository.Path("samples/README.md")).Order();

    [TestCaseSource(nameof(Pages))]
    public void Every_link_within_the_repository_has_a_target(string page)
    {
        var dead = Link().Matches(File.ReadAllText(page)).Where(link => !Exists(page, link.Groups["file"].Value, link.Groups["heading"].Value));

        dead.Select(link => link.Value).Should().BeEmpty();
    }

    private static bool Exists(string page, string file, string heading)
    {
        var target = file.Length == 0 ? page : Path.GetFullPath(file, Path.GetDirectoryName(page)!);
        return Path.Exists(target)
            && (heading.Length == 0 || Heading().Matches(File.ReadAllText(target)).Any(match => AnchorOf(match.Groups[1].Value) == heading));
    }

    // As GitHub creates them.
    private static string AnchorOf(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?!https?:)(?<file>[^)#]*)(#(?<heading>[^)]+))?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
