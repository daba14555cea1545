using System.Text.RegularExpressions;
using EndpointMtls.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EndpointMtls.Documents;

/// <summary>Reads the events of a YAML document. Rejects directives and tabs in the indentation, which YamlDotNet accepts.</summary>
internal sealed partial class YamlEvents
{
    private readonly string _text;
    private readonly string _file;
    private readonly Parser _parser;
    private readonly YamlMistakes _mistakes;
    private int _flowDepth;

    public YamlEvents(string text, string file)
    {
        _text = text;
        _file = file;
        _parser = new Parser(new StringReader(text));
        _mistakes = new YamlMistakes(text, file);
        RejectDirectives();
    }

    public ParsingEvent Current => _parser.Current!;

    /// <summary>The start of the current event.</summary>
    public SourceLocation Location => Locate(Current.Start);

    /// <exception cref="DocumentException">The document is not supported YAML.</exception>
    public ParsingEvent Next()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (YamlException exception)
        {
            throw exception.Message.Contains(" tab", StringComparison.Ordinal) && FindTab() is { } tab ? TabError(tab)
                : _mistakes.Find(exception.Start)
                ?? new DocumentException($"not valid YAML: {Lower(exception.Message)}", Locate(exception.Start), FixFor(exception));
        }
        catch (Exception exception)
        {
            // YamlDotNet throws ArgumentException for a malformed tag, and other exceptions for a key after an unclosed bracket.
            throw _mistakes.FindTemplate(End) ?? (exception is ArgumentException
                ? new DocumentException("not valid YAML: a tag is malformed", Locate(End), "Remove the tag")
                : new DocumentException("not valid YAML: a bracket or a quote is not closed", Locate(End), "Close it"));
        }

        _flowDepth += Current switch
        {
            MappingStart { Style: MappingStyle.Flow } or SequenceStart { Style: SequenceStyle.Flow } => 1,
            MappingEnd or SequenceEnd when _flowDepth > 0 => -1,
            _ when _flowDepth > 0 && Current is MappingStart or SequenceStart => 1,
            _ => 0,
        };
        RejectTab();
        return Current;
    }

    /// <exception cref="DocumentException">The next event is of another type.</exception>
    public void Expect<T>()
        where T : ParsingEvent
    {
        if (Next() is not T)
        {
            throw new DocumentException(
                "not valid YAML: there is content after the end of the document", Location, "Remove it, or put everything into one list");
        }
    }

    /// <inheritdoc cref="YamlMistakes.FindTemplate"/>
    public DocumentException? FindTemplate() => _mistakes.FindTemplate(Current.Start);

    private static string Lower(string message) => char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');

    private string FixFor(YamlException exception)
    {
        var before = _text.AsSpan(0, (int)Math.Min(exception.Start.Index, _text.Length));
        if (exception.Message.Contains("flow mapping", StringComparison.Ordinal) && before[(before.LastIndexOf('\n') + 1)..].Contains('&'))
        {
            // YamlDotNet misses the comma after a single value that has an anchor.
            return "Close the bracket; or, if a single value in it has an anchor, write the mapping without brackets";
        }

        return FixFor(exception.Message);
    }

    private static string FixFor(string message)
    {
        (string Part, string Fix)[] fixes =
        [
            ("expected ',' or", "Close the bracket"),
            ("end of stream", "Close the quote"),
            ("escape", "Put the value in single quotes, where a backslash is an ordinary character"),
            ("quoted scalar, found wrong indentation", "Close the quote"),
            ("cannot start", "Put the value in quotes"),
            ("invalid mapping", "Put a value that contains ': ' in quotes, and indent all keys of a mapping alike"),
            ("block collection", "Indent all items of a list alike, and all keys of a mapping"),
            ("block mapping", "Indent all keys of a mapping alike"),
        ];
        return fixes.FirstOrDefault(fix => message.Contains(fix.Part, StringComparison.Ordinal)).Fix
            ?? "Look for a stray character, or for a value that needs quotes";
    }

    // Parsers disagree about the width of a tab. Inside brackets, indentation has no meaning.
    private void RejectTab()
    {
        if (_flowDepth > 0 || Current is not NodeEvent)
        {
            return;
        }

        var start = (int)Math.Min(Current.Start.Index, _text.Length);
        var line = _text.AsSpan(0, start).LastIndexOf('\n') + 1;
        var indent = _text.AsSpan(line, start - line);
        if (indent.Contains('\t') && indent.Trim(" \t-").IsEmpty)
        {
            throw TabError(line + indent.IndexOf('\t'));
        }
    }

    private int? FindTab() => TabInIndent().Match(_text) is { Success: true } match ? match.Index + match.Length - 1 : null;

    private DocumentException TabError(int index) =>
        new("a tab is used for indentation", YamlText.Locate(_text.AsSpan(0, index), _file), "Use spaces");

    private void RejectDirectives()
    {
        foreach (var match in Prologue().EnumerateMatches(_text))
        {
            foreach (var directive in Directive().EnumerateMatches(_text.AsSpan(0, match.Length)))
            {
                throw new DocumentException(
                    $"the directive '{Snippet.Truncate(_text.Substring(directive.Index, directive.Length).TrimEnd())}' is not supported",
                    YamlText.Locate(_text.AsSpan(0, directive.Index), _file), "Remove the line");
            }
        }
    }

    private Mark End => _parser.Current?.End ?? Mark.Empty;

    private SourceLocation Locate(Mark mark) => new(_file, mark.Line, mark.Column);

    [GeneratedRegex(@"^[ ]*-?[ ]*\t", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TabInIndent();

    /// <summary>All lines before the first that is not a directive, a comment or blank.</summary>
    [GeneratedRegex(
        @"\A([ \t]*(#.*)?(\r?\n|\z)|%.*(\n|\z))*",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Prologue();

    [GeneratedRegex(
        @"^%(?!YAML[ ]+1\.[12][ ]*\r?$).*", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}
