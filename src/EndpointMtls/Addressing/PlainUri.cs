namespace EndpointMtls.Addressing;

/// <summary>Tells the URIs whose beginning says what they lie beneath: a host, and segments that are what they look like.</summary>
internal static class PlainUri
{
    private const string Separator = "://";

    /// <summary>Whether a URI has no user, port, query, fragment, percent-encoding, and no empty or dot segment.</summary>
    public static bool IsPlain(string uri)
    {
        if (!HasScheme(uri))
        {
            return false;
        }

        var parts = uri[(uri.IndexOf(Separator, StringComparison.Ordinal) + Separator.Length)..].Split('/');
        return parts[0].Length > 0 && parts[0].All(IsUnreserved)
            && parts.Skip(1).All(segment => segment is not ("" or "." or "..") && segment.All(c => IsUnreserved(c) || "!$&'()*+,;=:@".Contains(c)));
    }

    /// <summary>Whether a URI begins with a scheme and two slashes.</summary>
    public static bool HasScheme(string uri) =>
        uri.IndexOf(Separator, StringComparison.Ordinal) is > 0 and var end && char.IsAsciiLetter(uri[0])
        && uri[..end].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');

    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';
}
