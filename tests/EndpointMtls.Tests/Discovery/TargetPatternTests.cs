using EndpointMtls.Discovery;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

public sealed class TargetPatternTests
{
    [TestCase("*.json", "a.json, b.json", TestName = "A_star_stands_for_any_characters_but_not_for_a_dot_at_the_beginning")]
    [TestCase("a*.json", "a.json")]
    [TestCase("a.j*.json", "", TestName = "A_start_and_an_end_do_not_overlap")]
    [TestCase("a*.json", "a.json", TestName = "A_star_may_stand_for_nothing")]
    [TestCase(".*.json", ".a.json", TestName = "A_dot_that_is_written_out_stands_for_itself")]
    [TestCase("*.JSON", "C.JSON", TestName = "Case_counts")]
    [TestCase("?.json", "?.json", TestName = "A_question_mark_is_one")]
    [TestCase("[ab].json", "[ab].json", TestName = "A_bracket_is_one")]
    [TestCase("none.json", "none.json", TestName = "A_path_without_a_star_is_that_file_whether_it_exists_or_not")]
    [TestCase("none*.json", "")]
    [TestCase("../inner/../*.json", "a.json, b.json")]
    public void Stands_for(string pattern, string expected)
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "in/a.json", "in/b.json", "in/.a.json", "in/..data/x.json", "in/C.JSON", "in/a.yaml", "in/sub/d.json" })
        {
            folder.Write(name, "[]");
        }

        Directory.CreateDirectory(folder["in/folder.json"]);
        Directory.CreateDirectory(folder["inner"]);
        var root = pattern.StartsWith("..", StringComparison.Ordinal) ? "in/sub" : "in";
        var followed = new TargetPattern(Path.Combine(folder[root], pattern));

        var names = followed.List().Select(path => Path.GetRelativePath(folder["in"], path)).Order(StringComparer.Ordinal).ToList();

        string.Join(", ", names).Should().Be(expected);
        names.Where(name => !followed.Matches(folder["in/" + name])).Should().BeEmpty();
        followed.Matches(folder["in/sub/a.json"]).Should().BeFalse();
    }

    [Test]
    public void A_relative_path_is_taken_from_the_current_folder() =>
        new TargetPattern("sd/*.json").FullPath.Should().Be(Path.Combine(Environment.CurrentDirectory, "sd/*.json"));
}
