namespace EndpointMtls.Addressing;

/// <summary>Recognises URIs that can be compared by their prefix: a host and path segments without escapes or dot segments.</summary>
internal static class PlainUri
{
    private const string Separator = "://";

    /// <summary>Returns whether a URI has no user, port, query, fragment or percent-encoding, and no empty or dot segment.</summary>
    public static bool IsPlain(string uri)
    {
        if (!HasScheme(uri))
        {
            return false;
        }

        var parts = uri[(uri.IndexOf(Separator, StringComparison.Ordinal) + Separator.Length)..].Split('/');
        return parts[0].Length > 0 && parts[0].All(IsUnreserved)
            && parts.Skip(1).All(segment =>
                segment is not ("" or "." or "..") && segment.All(c => IsUnreserved(c) || "!$&'()*+,;=:@".Contains(c)));
    }

    /// <summary>Returns whether a URI begins with a scheme and <c>://</c>.</summary>
    public static bool HasScheme(string uri) =>
        uri.IndexOf(Separator, StringComparison.Ordinal) is > 0 and var end && char.IsAsciiLetter(uri[0])
        && uri[..end].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');

    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';
}
