using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Parses <c>host:port</c>.</summary>
internal static class HostPort
{
    /// <summary>Parses a host and a port. An IPv6 address must be in brackets.</summary>
    /// <param name="text">The host and the port.</param>
    /// <param name="scheme">The scheme or prefix before the host, for the error text: for example <c>https://</c>.</param>
    /// <param name="host">The host, normalised.</param>
    /// <param name="port">The port.</param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryParse(
        string text, string scheme, [NotNullWhen(true)] out string? host, out int port, [NotNullWhen(false)] out string? problem)
    {
        (host, port) = (null, 0);
        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']') || text.EndsWith(':'))
        {
            var notDefault = scheme switch { "https://" => ", not even 443", "http://" => ", not even 80", _ => "" };
            problem = $"it has no port. Write '{scheme}host:port'; there is no default port{notDefault}";
            return false;
        }

        var hostText = text[..colon];
        var inBrackets = hostText.StartsWith('[') && hostText.EndsWith(']');
        if (inBrackets)
        {
            hostText = hostText[1..^1];
        }

        problem = (inBrackets, hostText.Contains(':')) switch
        {
            (true, false) => "only an IPv6 address can have brackets. Remove them",
            (false, true) when HostName.TryNormalise(hostText, out _, out _) => "an IPv6 address needs brackets. Write it like '[::1]:443'",
            _ => null,
        };
        return problem is null
            && TryParsePort(text[(colon + 1)..], out port, out problem)
            && HostName.TryNormalise(hostText, out host, out problem);
    }

    /// <summary>Parses a port from 1 to 65535, in ASCII digits without leading zeros.</summary>
    public static bool TryParsePort(string text, out int port, [NotNullWhen(false)] out string? problem)
    {
        // ushort.TryParse ignores trailing NUL characters.
        var isNumber = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        port = isNumber && text.All(char.IsAsciiDigit) ? number : 0;
        problem = port == 0 ? $"'{Snippet.Truncate(text)}' is not a port. Use a port from 1 to 65535"
            : text[0] == '0' ? $"'{Snippet.Truncate(text)}' is not a port. Write it without leading zeros" : null;
        return problem is null;
    }
}
