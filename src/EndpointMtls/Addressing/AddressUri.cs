using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Removes the URI scheme of gRPC and HTTP addresses, such as <c>dns:///</c> and <c>https://</c>.</summary>
internal static class AddressUri
{
    private const string Dns = "dns:";
    private const string SupportedForms = "Write 'host:port', 'dns:///host:port', 'https://host:port', 'http://host:port' or 'unix:/path'";

    // Schemes of gRPC without '//'.
    private static readonly string[] OfGrpc = ["ipv4:", "ipv6:", "vsock:"];

    /// <summary>Splits an address into its scheme and <c>host:port</c>.</summary>
    /// <param name="text">The address.</param>
    /// <param name="rest">The address without its scheme: <c>host:port</c>.</param>
    /// <param name="scheme"><c>https://</c> or <c>http://</c>, in lower case; otherwise empty.</param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryStripScheme(string text, out string rest, out string scheme, [NotNullWhen(false)] out string? problem)
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
                ? "abstract Unix sockets are not supported. Write the path of a socket file: 'unix:/run/store.sock'"
                : Array.Find(OfGrpc, other => HasScheme(text, other)) is { } unsupported
                    ? $"'{unsupported}' is not a supported scheme. Write 'host:port'"
                : null;
            return problem is null;
        }

        rest = text[(end + "://".Length)..];
        scheme = text[..(end + "://".Length)].ToLowerInvariant();
        problem = scheme switch
        {
            "dns://" => StripServer(ref rest, ref scheme),
            "http://" or "https://" => StripPath(ref rest),
            _ => $"'{Snippet.Truncate(scheme)}' is not a supported scheme. {SupportedForms}",
        };
        return problem is null;
    }

    /// <summary>Returns whether a text begins with a scheme.</summary>
    /// <remarks><c>dns:443</c> has no scheme: it is the host <c>dns</c> with a port.</remarks>
    public static bool HasScheme(string text, string scheme) =>
        text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
        && (text.Length == scheme.Length || !text[scheme.Length..].All(char.IsAsciiDigit));

    private static string? StripServer(ref string rest, ref string scheme)
    {
        if (!rest.StartsWith('/'))
        {
            return "a DNS server in an address is not supported. Write three slashes: 'dns:///host:port'";
        }

        (rest, scheme) = (rest[1..], "");
        return null;
    }

    private static string? StripPath(ref string rest)
    {
        rest = rest.EndsWith('/') ? rest[..^1] : rest;
        return rest.IndexOfAny(['/', '?', '#', '@', '\\']) < 0
            ? null
            : "it has more than a host and a port. Remove user, path, query and fragment";
    }
}
