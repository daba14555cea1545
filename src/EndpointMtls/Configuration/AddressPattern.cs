using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EndpointMtls.Configuration;

/// <summary>A rule of <c>match</c>: which hosts, on which port.</summary>
internal sealed class AddressPattern
{
    private readonly Func<string, bool> _matchesHost;
    private readonly int? _port;

    private AddressPattern(string text, Func<string, bool> matchesHost, int? port)
    {
        Text = text;
        _matchesHost = matchesHost;
        _port = port;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    public bool Matches(EndpointAddress address) =>
        (_port is null || _port == address.Port) && _matchesHost(address.Host);

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        var (hostText, portText) = Split(text);
        int? port = null;
        if (portText is not null)
        {
            // An address with a placeholder host checks the port by the same rules as everywhere else.
            if (!EndpointAddress.TryParse($"host:{portText}", out var placeholder, out problem))
            {
                return false;
            }

            port = placeholder.Port;
        }

        problem = ParseHost(hostText, hasPort: port is not null, out var matchesHost);
        if (problem is not null)
        {
            return false;
        }

        pattern = new AddressPattern(text, matchesHost!, port);
        return true;
    }

    private static (string Host, string? Port) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        var isIPv6 = text.IndexOf(':') != colon && !text.StartsWith('[');
        return colon < 0 || isIPv6 || text.EndsWith(']')
            ? (WithoutBrackets(text), null)
            : (WithoutBrackets(text[..colon]), text[(colon + 1)..]);
    }

    private static string WithoutBrackets(string host) =>
        host.StartsWith('[') && host.EndsWith(']') && host.Contains(':') ? host[1..^1] : host;

    private static string? ParseHost(string text, bool hasPort, out Func<string, bool>? matches)
    {
        matches = null;
        if (text == "*" || (text.Length == 0 && hasPort))
        {
            matches = static _ => true;
            return null;
        }

        if (text.Contains('/'))
        {
            // The parser clears the bits behind the prefix; we would rather hear of the slip.
            if (!IPNetwork.TryParse(text, out var network) || !network.BaseAddress.Equals(IPAddress.Parse(text[..text.IndexOf('/')])))
            {
                return $"'{text}' is not an address range. Write it like '10.8.0.0/16', with no bits set behind the prefix";
            }

            matches = host => IPAddress.TryParse(host, out var address) && network.Contains(address);
            return null;
        }

        var isSuffix = text.StartsWith("*.", StringComparison.Ordinal);
        if (!EndpointAddress.TryNormaliseHost(isSuffix ? text[2..] : text, out var name))
        {
            return "it is none of 'host:port', 'host', '*.suffix', '*', '10.8.0.0/16' and ':port'";
        }

        var suffix = "." + name;
        matches = isSuffix
            ? host => host.EndsWith(suffix, StringComparison.Ordinal)
            : host => host == name;
        return null;
    }
}
