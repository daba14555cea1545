using System.Text;
using EndpointMtls.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Documents;

/// <summary>JSON as nodes, each with its place, and what is no JSON with the place where it ceases to be.</summary>
public sealed class JsonComposerTests
{
    [Test]
    public void Every_value_has_its_place_counted_in_characters()
    {
        var root = Compose("[\n  {\"ä€😀\": \"x\", \"b\":\r\n\t[null, -1.5, true]}\n]");

        var map = root.Should().BeOfType<ListNode>().Which.Items.Single().Should().BeOfType<MapNode>().Subject;
        (root!.Location, map.Location).Should().Be((At(1, 1), At(2, 3)));
        map.Entries.Select(entry => (entry.Key, entry.Location, entry.Value.Location)).Should().Equal(
            ("ä€😀", At(2, 4), At(2, 12)), ("b", At(2, 17), At(3, 2)));
        map.Entries[1].Value.Should().BeOfType<ListNode>().Which.Items.Should().Equal(
            new NullNode(At(3, 3)), new LiteralNode("-1.5", At(3, 9)), new LiteralNode("true", At(3, 15)));
    }

    [Test]
    public void A_byte_order_mark_is_no_character() => Compose("\uFEFF\"a\"").Should().Be(new TextNode("a", At(1, 1)));

    [Test]
    public void Escapes_are_resolved_in_texts_and_keys() =>
        Compose("""{"\u0061\n": "\ud83d\ude00\/"}""").Should().BeOfType<MapNode>().Which.Entries.Single()
            .Should().Be(new MapEntry("a\n", At(1, 2), new TextNode("😀/", At(1, 14))));

    [TestCase(""), TestCase(" \r\n\t"), TestCase("\uFEFF ")]
    public void Nothing_is_no_document(string json) => Compose(json).Should().BeNull();

    [TestCase("{\"a\": 1,\n \"a\": 2}", "2:2 the key 'a' stands here a second time, after line 1")]
    [TestCase("{\"a\": 1, \"\\u0061\": 2}", "1:10 the key 'a' stands here a second time, after line 1")]
    [TestCase("[\n\"ä\", 1,]", "2:8 not valid JSON: the JSON array contains a trailing comma at the end which is not supported in this mode")]
    [TestCase("[\"😀\", // no\n1]", "1:8 not valid JSON: '/' is an invalid start of a value")]
    [TestCase("[] []", "1:4 not valid JSON: '[' is invalid after a single JSON value")]
    [TestCase("[1 ", "1:4 not valid JSON: expected depth to be zero at the end of the JSON payload")]
    [TestCase("[\"a", "1:4 not valid JSON: expected end of string, but instead reached end of data")]
    [TestCase("[\"\\q\"]", "1:4 not valid JSON: 'q' is an invalid escapable character within a JSON string")]
    [TestCase("['a']", "1:2 not valid JSON: ''' is an invalid start of a value")]
    [TestCase("[NaN]", "1:2 not valid JSON: 'N' is an invalid start of a value")]
    [TestCase("[01]", "1:3 not valid JSON: invalid leading zero before '1'")]
    [TestCase("[\"\\ud800\"]", "1:2 not valid JSON: a text holds one half of a character that takes two escapes")]
    [TestCase("- a", "1:2 not valid JSON: ' ' is invalid within a number, immediately after a sign character ('+' or '-')")]
    public void What_is_not_JSON_is_refused_where_it_begins(string json, string expected) => ProblemOf(json).Should().StartWith(expected);

    [Test]
    public void Depth_is_limited()
    {
        Compose(new string('[', 32) + new string(']', 32)).Should().NotBeNull();
        ProblemOf(new string('[', 33) + new string(']', 33)).Should().Be("1:33 nested more than 32 levels deep");
        ProblemOf(new string('[', 100_000)).Should().Be("1:33 nested more than 32 levels deep");
    }

    [Test]
    public void Whatever_a_text_holds_there_are_nodes_or_a_problem_with_a_place()
    {
        var pieces = Gen.Elements("[", "]", "{", "}", ",", ":", "\"", "\"a\"", "\\", "\\u", "d800", "1", "-", "e", ".", "0", "true", "null", "nul", " ", "\n", "\r", "\0", "ä", "😀", "/", "//", "'");

        Prop.ForAll(pieces.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                Compose(text);
                return true;
            }
            catch (DocumentException problem)
            {
                var lines = text.Split('\n');
                return problem is { Location: { } at, Fix: not null } && at.Line <= lines.Length && at.Column <= lines[at.Line - 1].Length + 1;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithQuietOnSuccess(true));
    }

    private static ConfigNode? Compose(string json) => JsonComposer.Compose(Encoding.UTF8.GetBytes(json), "f");

    private static string ProblemOf(string json)
    {
        var problem = FluentActions.Invoking(() => Compose(json)).Should().Throw<DocumentException>().Which;
        return $"{problem.Location!.Line}:{problem.Location.Column} {problem.Message}";
    }

    private static SourceLocation At(int line, int column) => new("f", line, column);
}
