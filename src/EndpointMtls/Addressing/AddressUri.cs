using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Takes from an address what gRPC and HTTP write before <c>host:port</c>, and what they say with it.</summary>
internal static class AddressUri
{
    private const string Dns = "dns:";
    private const string Understood = "Write 'host:port', 'dns:///host:port', 'https://host:port', 'http://host:port' or 'unix:/path'";

    /// <param name="text">The address as it was written.</param>
    /// <param name="rest">What is left: <c>host:port</c>.</param>
    /// <param name="scheme">What stands before it, as far as it matters for the advice.</param>
    /// <param name="problem">What is wrong, and the fix.</param>
    public static bool TryStrip(string text, out string rest, out string scheme, [NotNullWhen(false)] out string? problem)
    {
        (rest, scheme) = (text, "");
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0)
        {
            if (HasScheme(text, Dns))
            {
                rest = text[Dns.Length..];
            }

            problem = HasScheme(text, "unix-abstract:")
                ? "an abstract socket is not supported. Write the path of a socket file: 'unix:/run/store.sock'"
                : null;
            return problem is null;
        }

        rest = text[(end + "://".Length)..];
        scheme = text[..(end + "://".Length)].ToLowerInvariant();
        problem = scheme switch
        {
            "dns://" => StripServer(ref rest, ref scheme),
            "http://" or "https://" => StripPath(ref rest),
            _ => $"'{Snippet.Truncate(scheme)}' is not understood. {Understood}",
        };
        return problem is null;
    }

    /// <summary>Whether a text begins with a scheme and its colon. With nothing but a port behind, as in <c>dns:443</c>, it is a host of that name.</summary>
    public static bool HasScheme(string text, string scheme) =>
        text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && (text.Length == scheme.Length || !text[scheme.Length..].All(char.IsAsciiDigit));

    private static string? StripServer(ref string rest, ref string scheme)
    {
        if (!rest.StartsWith('/'))
        {
            return "a DNS server of its own is not supported. Write three slashes: 'dns:///host:port'";
        }

        (rest, scheme) = (rest[1..], "");
        return null;
    }

    private static string? StripPath(ref string rest)
    {
        rest = rest.EndsWith('/') ? rest[..^1] : rest;
        return rest.IndexOfAny(['/', '?', '#', '@', '\\']) < 0
            ? null
            : "it says more than a host and a port. Leave out user, path, query and fragment";
    }
}
