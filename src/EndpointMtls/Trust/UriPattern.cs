using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Matches one URI exactly, or every URI beneath one. A <c>spiffe://</c> pattern matches only SPIFFE IDs.</summary>
internal sealed class UriPattern : NamePattern
{
    private const string Wildcard = "/*";

    private readonly string _text;
    private readonly bool _isPrefix;
    private readonly bool _isSpiffe;

    private UriPattern(string text, bool isPrefix, bool isSpiffe) => (_text, _isPrefix, _isSpiffe) = (text, isPrefix, isSpiffe);

    public override bool Matches(SubjectNames names) =>
        _isSpiffe ? names.SpiffeId is { } id && Matches(id) : names.Uris.Any(Matches);

    public static string? Read(string text, out NamePattern? pattern)
    {
        pattern = null;
        var isPrefix = text.EndsWith(Wildcard, StringComparison.Ordinal);
        var uri = !isPrefix ? text : text.EndsWith("://*", StringComparison.Ordinal) ? text[..^1] : text[..^Wildcard.Length];
        if (uri.Contains('*'))
        {
            return "in a URI, '*' is allowed only at the end, after '/'. Write it like 'spiffe://prod.example/ns/store/*'";
        }

        if (FindProblem(uri, isPrefix) is { } problem)
        {
            return problem;
        }

        pattern = new UriPattern(isPrefix ? uri + "/" : uri, isPrefix, SpiffeId.HasScheme(uri));
        return null;
    }

    // No prefix matches a URI that may resolve to another place, or that has more than one spelling.
    private bool Matches(string uri) =>
        _isPrefix ? uri.StartsWith(_text, StringComparison.Ordinal) && PlainUri.IsPlain(uri) : uri == _text;

    private static string? FindProblem(string uri, bool isPrefix)
    {
        if (SpiffeId.HasScheme(uri))
        {
            // An ID beneath must be possible.
            var shortest = isPrefix ? uri + "/a" : uri;
            return SpiffeId.FindProblem(shortest) is { } problem ? $"{problem}. {FixOf(uri, isPrefix)}" : null;
        }

        return !PlainUri.HasScheme(uri)
                ? $"'{Snippet.Truncate(uri)}' is not a URI. Write it like 'https://store.example.com/' or 'spiffe://prod.example/ns/store'"
            : !uri.All(char.IsAscii)
                ? "a URI in a certificate is ASCII. Write other characters as the certificate has them, like '%C3%BC'"
            : isPrefix && !PlainUri.IsPlain(uri)
                ? $"no URI counts as beneath '{Snippet.Truncate(uri)}'. Write a URI with a host, and without a port, user, query, '%' "
                    + $"and empty segments, or the whole URI without '{Wildcard}'"
            : null;
    }

    private static string FixOf(string uri, bool isPrefix) =>
        uri.TrimEnd('/') is var whole && SpiffeId.IsValid(whole)
            ? $"Write '{Snippet.Truncate(whole)}' for that ID, or '{Snippet.Truncate(whole)}{Wildcard}' for every ID beneath"
            : $"Correct it: no client has the ID '{Snippet.Truncate(uri)}'{(isPrefix ? ", or one beneath" : "")}";
}
