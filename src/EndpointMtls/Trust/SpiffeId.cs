namespace EndpointMtls.Trust;

/// <summary>Checks SPIFFE IDs: <c>spiffe://</c>, a trust domain, and an optional path.</summary>
internal static class SpiffeId
{
    public const string Scheme = "spiffe://";
    public const int MaxLength = 2048;
    public const int MaxTrustDomainLength = 255;

    /// <summary>Whether a URI is a valid SPIFFE ID in its normal form.</summary>
    public static bool IsValid(string uri) => FindProblem(uri) is null;

    /// <summary>Whether a URI has the scheme of SPIFFE IDs, in any case.</summary>
    public static bool HasScheme(string uri) => uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a URI with that scheme is not a SPIFFE ID; <see langword="null"/> if it is one.</summary>
    public static string? FindProblem(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return $"a SPIFFE ID begins with '{Scheme}', in lower case";
        }

        var parts = uri[Scheme.Length..].Split('/');
        return parts[0].Length == 0 ? $"a SPIFFE ID has a trust domain after '{Scheme}'"
            : parts[0].Length > MaxTrustDomainLength
                ? $"the trust domain of a SPIFFE ID has at most {MaxTrustDomainLength} characters"
            : !parts[0].All(IsTrustDomainCharacter)
                ? "the trust domain of a SPIFFE ID has only lower-case letters, digits, '.', '-' and '_'"
            : parts.Length > 1 && parts[^1].Length == 0 ? "a SPIFFE ID does not end in '/'"
            : parts.Skip(1).Any(segment => segment is "" or "." or "..")
                ? "the path of a SPIFFE ID has no empty segment, no '.' and no '..'"
            : !parts.Skip(1).All(segment => segment.All(IsPathCharacter))
                ? "the path of a SPIFFE ID has only letters, digits, '.', '-' and '_'"
            : uri.Length > MaxLength ? $"a SPIFFE ID has at most {MaxLength} characters"
            : null;
    }

    private static bool IsTrustDomainCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_';

    private static bool IsPathCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';
}
