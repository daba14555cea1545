using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Means one URI, to the letter, or all beneath one. Those of <c>spiffe://</c> mean SPIFFE IDs, and no other URI.</summary>
internal sealed class UriPattern : NamePattern
{
    private const string Beneath = "/*";

    private readonly string _text;
    private readonly bool _isBeneath;
    private readonly bool _isSpiffe;

    private UriPattern(string text, bool isBeneath, bool isSpiffe) => (_text, _isBeneath, _isSpiffe) = (text, isBeneath, isSpiffe);

    public override bool Matches(SubjectNames names) =>
        _isSpiffe ? names.SpiffeId is { } id && Matches(id) : names.Uris.Any(Matches);

    public static string? Read(string text, out NamePattern? pattern)
    {
        pattern = null;
        var isBeneath = text.EndsWith(Beneath, StringComparison.Ordinal);
        var uri = !isBeneath ? text : text.EndsWith("://*", StringComparison.Ordinal) ? text[..^1] : text[..^Beneath.Length];
        if (uri.Contains('*'))
        {
            return "in a URI, '*' stands for a path behind the last '/', and nowhere else. Write it like 'spiffe://prod.example/ns/store/*'";
        }

        if (FindProblem(uri, isBeneath) is { } problem)
        {
            return problem;
        }

        pattern = new UriPattern(isBeneath ? uri + "/" : uri, isBeneath, SpiffeId.IsMeant(uri));
        return null;
    }

    // What would lead elsewhere when it is resolved, or has a second spelling, is beneath nothing.
    private bool Matches(string uri) =>
        _isBeneath ? uri.StartsWith(_text, StringComparison.Ordinal) && PlainUri.IsPlain(uri) : uri == _text;

    private static string? FindProblem(string uri, bool isBeneath)
    {
        if (SpiffeId.IsMeant(uri))
        {
            // Something must fit beneath.
            var shortest = isBeneath ? uri + "/a" : uri;
            return SpiffeId.FindProblem(shortest) is { } problem ? $"{problem}. {FixOf(uri, isBeneath)}" : null;
        }

        return !PlainUri.HasScheme(uri) ? $"'{Snippet.Truncate(uri)}' is not a URI. Write it like 'https://store.example.com/' or 'spiffe://prod.example/ns/store'"
            : !uri.All(char.IsAscii) ? "a URI in a certificate is ASCII. Write other characters as the certificate has them, like '%C3%BC'"
            : isBeneath && !PlainUri.IsPlain(uri) ? $"nothing is taken to lie beneath '{Snippet.Truncate(uri)}'. Write a URI with a host, and without a port, user, query, '%' and empty segments, or the whole URI without '{Beneath}'"
            : null;
    }

    private static string FixOf(string uri, bool isBeneath) =>
        uri.TrimEnd('/') is var whole && SpiffeId.IsValid(whole)
            ? $"Write '{Snippet.Truncate(whole)}' for that ID, and '{Snippet.Truncate(whole)}{Beneath}' for all beneath"
            : $"No client has the ID '{Snippet.Truncate(uri)}'{(isBeneath ? ", or one beneath" : "")}: correct it";
}
