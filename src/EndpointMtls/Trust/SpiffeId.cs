namespace EndpointMtls.Trust;

/// <summary>Knows SPIFFE IDs: <c>spiffe://</c>, a trust domain, and a path or none.</summary>
internal static class SpiffeId
{
    public const string Scheme = "spiffe://";
    public const int LongestId = 2048;
    public const int LongestTrustDomain = 255;

    /// <summary>Whether a URI is a SPIFFE ID, in its one spelling.</summary>
    public static bool IsValid(string uri) => FindProblem(uri) is null;

    /// <summary>Whether a URI wants to be a SPIFFE ID.</summary>
    public static bool IsMeant(string uri) => uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a URI that wants to be a SPIFFE ID is none.</summary>
    public static string? FindProblem(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return $"a SPIFFE ID begins with '{Scheme}', in lower case";
        }

        var parts = uri[Scheme.Length..].Split('/');
        return parts[0].Length is 0 or > LongestTrustDomain ? $"a SPIFFE ID has a trust domain behind '{Scheme}', of at most {LongestTrustDomain} characters"
            : !parts[0].All(IsOfTrustDomain) ? "the trust domain of a SPIFFE ID has lower-case letters, digits, '.', '-' and '_' only"
            : parts.Length > 1 && parts[^1].Length == 0 ? "a SPIFFE ID does not end in '/'"
            : parts.Skip(1).Any(segment => segment is "" or "." or "..") ? "the path of a SPIFFE ID has no empty segment, no '.' and no '..'"
            : !parts.Skip(1).All(segment => segment.All(IsOfPath)) ? "the path of a SPIFFE ID has letters, digits, '.', '-' and '_' only"
            : uri.Length > LongestId ? $"a SPIFFE ID has at most {LongestId} characters"
            : null;
    }

    private static bool IsOfTrustDomain(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_';

    private static bool IsOfPath(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';
}
