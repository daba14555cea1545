using System.Text;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Documents;

/// <summary>JSON documents become nodes with positions; invalid ones become errors with positions.</summary>
public sealed class JsonComposerTests
{
    [Test]
    public void Keys_and_values_have_positions_in_characters()
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
    public void A_byte_order_mark_does_not_count_as_a_character() => Compose("\uFEFF\"a\"").Should().Be(new TextNode("a", At(1, 1)));

    [Test]
    public void Escapes_are_decoded_in_strings_and_keys() =>
        Compose("""{"\u0061\n": "\ud83d\ude00\/"}""").Should().BeOfType<MapNode>().Which.Entries.Single()
            .Should().Be(new MapEntry("a\n", At(1, 2), new TextNode("😀/", At(1, 14))));

    [TestCase(""), TestCase(" \r\n\t"), TestCase("\uFEFF ")]
    public void A_blank_document_has_no_root(string json) => Compose(json).Should().BeNull();

    [TestCase("{\"a\": 1,\n \"a\": 2}", "2:2")]
    [TestCase("{\"a\": 1, \"\\u0061\": 2}", "1:10")]
    [TestCase("[\n\"ä\", 1,]", "2:8")]
    [TestCase("[\"😀\", // no\n1]", "1:8")]
    [TestCase("[] []", "1:4")]
    [TestCase("[1 ", "1:4")]
    [TestCase("[\"a", "1:4")]
    [TestCase("[\"\\q\"]", "1:4")]
    [TestCase("['a']", "1:2")]
    [TestCase("[NaN]", "1:2")]
    [TestCase("[01]", "1:3")]
    [TestCase("[\"\\ud800\"]", "1:2")]
    [TestCase("- a", "1:2")]
    [TestCase("[{\u201Ctargets\u201D: []}]", "1:3")]
    [TestCase("[\u00A0]", "1:2")]
    [TestCase("[{{ .Values.targets }}]", "1:3")]
    [TestCase("[\n<<<<<<< HEAD\n\"a\"]", "2:1")]
    public void Rejects_invalid_JSON_with_its_position(string json, string position)
    {
        ErrorOf(json).Position.Should().Be(position);
        ErrorOf(json).Text.Should().BeApproved();
    }

    [Test]
    public void Rejects_more_than_32_levels()
    {
        Compose(new string('[', 32) + new string(']', 32)).Should().NotBeNull();
        ErrorOf(new string('[', 33) + new string(']', 33)).Position.Should().Be("1:33");
        ErrorOf(new string('[', 100_000)).Position.Should().Be("1:33");
        ErrorOf(new string('[', 100_000)).Text.Should().BeApproved();
    }

    [Test]
    public void Any_text_gives_nodes_or_an_error_with_a_position_and_a_fix()
    {
        var pieces = Gen.Elements(
            "[", "]", "{", "}", ",", ":", "\"", "\"a\"", "\\", "\\u", "d800", "1", "-", "e", ".", "0", "true", "null", "nul",
            " ", "\n", "\r", "\0", "ä", "😀", "/", "//", "'");

        Prop.ForAll(pieces.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                Compose(text);
                return true;
            }
            catch (DocumentException exception)
            {
                var lines = text.Split('\n');
                return exception is { Location: { } at, Fix: not null } && at.Line <= lines.Length && at.Column <= lines[at.Line - 1].Length + 1;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithQuietOnSuccess(true));
    }

    private static ConfigNode? Compose(string json) => JsonComposer.Compose(Encoding.UTF8.GetBytes(json), "f");

    private static (string Position, string Text) ErrorOf(string json)
    {
        var exception = FluentActions.Invoking(() => Compose(json)).Should().Throw<DocumentException>().Which;
        return ($"{exception.Location!.Line}:{exception.Location.Column}", $"{exception.Message}. {exception.Fix}");
    }

    private static SourceLocation At(int line, int column) => new("f", line, column);
}
