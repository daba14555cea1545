using Thanos.Text;

namespace Querier.Selectors;

/// <summary>Scans the text of a selector. Skips white space and comments, and keeps the position for errors.</summary>
internal sealed class SelectorScanner
{
    private readonly string _text;
    private int _position;

    public SelectorScanner(string text)
    {
        _text = text;
        SkipSpace();
    }

    public bool AtEnd => _position == _text.Length;

    private char Next => AtEnd ? '\0' : _text[_position];

    public bool TryTake(char expected)
    {
        if (AtEnd || Next != expected)
            return false;

        Advance(1);
        return true;
    }

    public string? TryReadName(bool allowColons)
    {
        var end = _position;
        while (end < _text.Length && IsNamePart(_text[end], allowColons, first: end == _position))
            end++;
        if (end == _position)
            return null;

        var name = _text[_position..end];
        Advance(name.Length);
        return name;
    }

    public MatchKind? TryReadOperator()
    {
        MatchKind? kind = _text.AsSpan(_position) switch
        {
            ['=', '~', ..] => MatchKind.Regex,
            ['!', '~', ..] => MatchKind.NotRegex,
            ['!', '=', ..] => MatchKind.NotEqual,
            ['=', ..] => MatchKind.Equal,
            _ => null,
        };
        if (kind is not null)
            Advance(kind == MatchKind.Equal ? 1 : 2);
        return kind;
    }

    public string? TryReadString()
    {
        if (Next is not ('"' or '\'' or '`'))
            return null;

        try
        {
            var value = QuotedString.Read(_text.AsSpan(_position), out var length);
            Advance(length);
            return value;
        }
        catch (FormatException error)
        {
            throw Error(error.Message);
        }
    }

    public FormatException Error(string message, bool atStart = false) =>
        new($"invalid selector \"{Snippet.Of(_text)}\" at character {(atStart ? 1 : _position + 1)}: {message}");

    public FormatException Unexpected(string expected) =>
        Error($"expected {expected}, found {(AtEnd ? "the end" : $"'{Next}'")}");

    /// <summary>Creates the error for PromQL that is not part of a selector, and names the feature.</summary>
    public FormatException NotASelector() =>
        Error($"{UnsupportedSyntax.Describe(_text.AsSpan(_position), isFirst: _position == 0)}; this querier evaluates only selectors, such as up{{job=\"api\"}}");

    private void Advance(int count)
    {
        _position += count;
        SkipSpace();
    }

    private void SkipSpace()
    {
        while (!AtEnd && Next is ' ' or '\t' or '\r' or '\n' or '#')
        {
            var line = _text.IndexOf('\n', _position);
            _position = Next != '#' ? _position + 1 : line < 0 ? _text.Length : line + 1;
        }
    }

    private static bool IsNamePart(char character, bool allowColons, bool first) =>
        char.IsAsciiLetter(character) || character == '_' || (allowColons && character == ':') || (!first && char.IsAsciiDigit(character));
}
