using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Reads <c>host:port</c>, which every way to write an address ends in.</summary>
internal static class HostPort
{
    /// <param name="text">What to read.</param>
    /// <param name="scheme">What stands before it, as far as it belongs to the advice: <c>https://</c>.</param>
    /// <param name="host">The host, normalised.</param>
    /// <param name="port">The port.</param>
    /// <param name="problem">What is wrong, and the fix.</param>
    public static bool TryParse(string text, string scheme, [NotNullWhen(true)] out string? host, out int port, [NotNullWhen(false)] out string? problem)
    {
        (host, port) = (null, 0);
        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            problem = $"it has no port. Write '{scheme}host:port'; there is no default port{scheme switch { "https://" => ", not even 443", "http://" => ", not even 80", _ => "" }}";
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
            (true, false) => "only an IPv6 address stands in brackets",
            (false, true) when HostName.TryNormalise(hostText, out _, out _) => "an IPv6 address stands in brackets: '[::1]:443'",
            _ => null,
        };
        return problem is null && TryParsePort(text[(colon + 1)..], out port, out problem) && HostName.TryNormalise(hostText, out host, out problem);
    }

    public static bool TryParsePort(string text, out int port, [NotNullWhen(false)] out string? problem)
    {
        // Digits only: .NET's parser takes trailing NULs as well.
        port = text.All(char.IsAsciiDigit) && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        problem = port == 0 ? $"'{Snippet.Truncate(text)}' is not a port. Ports go from 1 to 65535"
            : text[0] == '0' ? $"'{Snippet.Truncate(text)}' is not a port. Write it without leading zeros" : null;
        return problem is null;
    }
}
