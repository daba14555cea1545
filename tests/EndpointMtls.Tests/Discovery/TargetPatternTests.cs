using EndpointMtls.Discovery;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Which files a pattern of file_sd matches.</summary>
public sealed class TargetPatternTests
{
    [TestCase("*.json", "a.json, b.json", TestName = "A_star_matches_any_characters_except_a_leading_dot")]
    [TestCase("a*.json", "a.json")]
    [TestCase("a.j*.json", "", TestName = "Prefix_and_suffix_do_not_overlap")]
    [TestCase("a*.json", "a.json", TestName = "A_star_matches_no_characters")]
    [TestCase(".*.json", ".a.json", TestName = "An_explicit_leading_dot_matches")]
    [TestCase("*.JSON", "C.JSON", TestName = "Case_is_significant")]
    [TestCase("?.json", "?.json", TestName = "A_question_mark_is_not_special")]
    [TestCase("[ab].json", "[ab].json", TestName = "A_bracket_is_not_special")]
    [TestCase("none.json", "none.json", TestName = "A_path_without_a_star_is_listed_even_if_the_file_does_not_exist")]
    [TestCase("none*.json", "")]
    [TestCase("../inner/../*.json", "a.json, b.json")]
    public void Matches(string pattern, string expected)
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "in/a.json", "in/b.json", "in/.a.json", "in/..data/x.json", "in/C.JSON", "in/a.yaml", "in/sub/d.json" })
        {
            folder.Write(name, "[]");
        }

        Directory.CreateDirectory(folder["in/folder.json"]);
        Directory.CreateDirectory(folder["inner"]);
        var root = pattern.StartsWith("..", StringComparison.Ordinal) ? "in/sub" : "in";
        var target = new TargetPattern(Path.Combine(folder[root], pattern));

        var names = target.List().Select(path => Path.GetRelativePath(folder["in"], path)).Order(StringComparer.Ordinal).ToList();

        string.Join(", ", names).Should().Be(expected);
        names.Where(name => !target.Matches(folder["in/" + name])).Should().BeEmpty();
        target.Matches(folder["in/sub/a.json"]).Should().BeFalse();
    }

    [Test]
    public void A_relative_path_is_relative_to_the_current_folder() =>
        new TargetPattern("sd/*.json").FullPath.Should().Be(Path.Combine(Environment.CurrentDirectory, "sd/*.json"));
}
