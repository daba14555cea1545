using System.Text;
using System.Text.Json;
using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>Parses a JSON document into nodes with positions. Rejects comments, trailing commas and duplicate keys.</summary>
internal ref struct JsonComposer
{
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _utf8;
    private readonly string _file;
    private Utf8JsonReader _reader;

    // Positions are requested in document order, so each line is counted once.
    private int _counted;
    private int _line = 1;
    private int _column = 1;

    private JsonComposer(ReadOnlySpan<byte> utf8, string file)
    {
        _utf8 = utf8;
        _file = file;

        // Higher than our limit, so that our error is reported and not the reader's.
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 2 * MaxDepth });
    }

    /// <summary>Parses a document.</summary>
    /// <returns>The root; <see langword="null"/> if the document is empty.</returns>
    /// <exception cref="DocumentException">The document is not supported JSON.</exception>
    public static ConfigNode? Compose(ReadOnlySpan<byte> content, string file)
    {
        var utf8 = YamlText.RequireUtf8(content, file);
        YamlText.RejectMergeConflict(utf8, file);
        var composer = new JsonComposer(utf8, file);
        if (utf8.Trim(" \t\r\n"u8).IsEmpty)
        {
            return null;
        }

        composer.Next();
        var root = composer.Compose(depth: 1);
        composer.Next();
        return root;
    }

    private void Next()
    {
        try
        {
            _reader.Read();
        }
        catch (JsonException exception)
        {
            var index = IndexOf(exception);
            if (FindMistake(index) is { } mistake)
            {
                throw new DocumentException($"not valid JSON: {mistake.Problem}", Locate(index), mistake.Fix);
            }

            // The message continues with details of the .NET reader.
            var what = exception.Message.Split(". ")[0].TrimEnd('.');
            throw new DocumentException($"not valid JSON: {char.ToLowerInvariant(what[0])}{what[1..]}", Locate(index), FixFor(what));
        }
    }

    /// <summary>Composes the value that begins with the current token. The last token of the value is then the current one.</summary>
    private ConfigNode Compose(int depth)
    {
        var location = Locate();
        if (depth > MaxDepth)
        {
            throw new DocumentException($"is nested more than {MaxDepth} levels deep", location, "Use fewer levels");
        }

        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => ComposeMap(depth, location),
            JsonTokenType.StartArray => ComposeList(depth, location),
            JsonTokenType.String => new TextNode(ReadText(location), location),
            JsonTokenType.Null => new NullNode(location),
            _ => new LiteralNode(Encoding.UTF8.GetString(_reader.ValueSpan), location),
        };
    }

    private ListNode ComposeList(int depth, SourceLocation location)
    {
        var items = new List<ConfigNode>();
        for (Next(); _reader.TokenType != JsonTokenType.EndArray; Next())
        {
            items.Add(Compose(depth + 1));
        }

        return new ListNode(items, location);
    }

    private MapNode ComposeMap(int depth, SourceLocation location)
    {
        var entries = new List<MapEntry>();
        var locations = new Dictionary<string, SourceLocation>(StringComparer.Ordinal);
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            var keyLocation = Locate();
            var key = ReadText(keyLocation);
            if (!locations.TryAdd(key, keyLocation))
            {
                throw new DocumentException(
                    $"the key '{Snippet.Truncate(key)}' is already set on line {locations[key].Line}",
                    keyLocation, "Remove one of the two");
            }

            Next();
            entries.Add(new MapEntry(key, keyLocation, Compose(depth + 1)));
        }

        return new MapNode(entries, location);
    }

    private readonly string ReadText(SourceLocation location)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new DocumentException(
                "not valid JSON: a string contains an unpaired surrogate escape", location, "Write the character itself");
        }
    }

    private SourceLocation Locate() => Locate((int)_reader.TokenStartIndex);

    private readonly TextMistake? FindMistake(int index)
    {
        Rune.DecodeFromUtf8(_utf8[index..], out var rune, out _);
        return UnusualCharacter.Find(rune.ToString())
            ?? (index > 0 && _utf8[(index - 1)..].StartsWith("{{"u8)
                ? TextMistake.FindTemplate(Encoding.UTF8.GetString(_utf8.Slice(index - 1, Math.Min(100, _utf8.Length - index + 1))))
                : null);
    }

    private readonly int IndexOf(JsonException exception)
    {
        var (end, line) = (_counted, _line);
        for (; line <= exception.LineNumber; line++)
        {
            end += _utf8[end..].IndexOf((byte)'\n') + 1;
        }

        var start = _utf8[..end].LastIndexOf((byte)'\n') + 1;
        return Math.Clamp(start + (int)(exception.BytePositionInLine ?? 0), _counted, _utf8.Length);
    }

    private SourceLocation Locate(int index)
    {
        var before = _utf8[_counted..index];
        var newLine = before.LastIndexOf((byte)'\n');
        _line += before.Count((byte)'\n');
        _column = (newLine < 0 ? _column : 1) + Encoding.UTF8.GetCharCount(before[(newLine + 1)..]);
        _counted = index;
        return new SourceLocation(_file, _line, _column);
    }

    private static string FixFor(string what)
    {
        (string Part, string Fix)[] fixes =
        [
            ("trailing comma", "Remove the comma"),
            ("'/' is", "JSON has no comments: remove it, or use YAML"),
            ("''' is", "Use double quotes"),
            ("single JSON value", "Remove what follows the list"),
            ("depth to be zero", "Close the open bracket or brace"),
            ("end of string", "Close the quote"),
        ];
        return fixes.FirstOrDefault(fix => what.Contains(fix.Part, StringComparison.Ordinal)).Fix
            ?? "Look for a stray character, or a missing comma or quote";
    }
}
