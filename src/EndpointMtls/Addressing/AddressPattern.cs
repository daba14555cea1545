using System.Diagnostics.CodeAnalysis;
using System.Net;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>How a pattern is compared with the host of an address.</summary>
internal enum PatternKind
{
    /// <summary>Matches every host; without a port, every address.</summary>
    Any,

    /// <summary>Matches one host name, IP address or Unix socket.</summary>
    Exact,

    /// <summary>Matches all subdomains of a name, at any depth, and not the name itself.</summary>
    Suffix,

    /// <summary>Matches a range of IP addresses.</summary>
    Network,
}

/// <summary>A pattern of <c>match</c>: which hosts it matches, and on which port. Immutable.</summary>
/// <param name="Text">The pattern as it is written in the configuration.</param>
/// <param name="Kind">How the pattern is compared with a host.</param>
/// <param name="Host">
/// The normalised host of <see cref="PatternKind.Exact"/>, or the normalised name of <see cref="PatternKind.Suffix"/>; otherwise empty.
/// </param>
/// <param name="Network">The range of <see cref="PatternKind.Network"/>.</param>
/// <param name="Port">The port; <see langword="null"/> for every port.</param>
internal sealed record AddressPattern(string Text, PatternKind Kind, string Host, IPNetwork Network, int? Port)
{
    /// <summary>The address, if the pattern matches exactly one; otherwise <see langword="null"/>.</summary>
    public EndpointAddress? Literal => Kind != PatternKind.Exact ? null
        : Port is { } port ? new EndpointAddress(Host, port)
        : Host[0] == '/' ? new EndpointAddress(Host, 0)
        : null;

    /// <summary>Returns whether the pattern matches an address.</summary>
    /// <remarks>The reference for <see cref="PatternMatcher"/>, which gives the same results by index. Tests compare the two.</remarks>
    public bool Matches(EndpointAddress address) => (Port is null || Port == address.Port) && Kind switch
    {
        PatternKind.Any => true,
        PatternKind.Exact => address.Host == Host,
        PatternKind.Suffix => !address.IsUnix && address.Host.EndsWith("." + Host, StringComparison.Ordinal),
        _ => HostName.TryGetIP(address.Host, out var ip) && Network.Contains(ip),
    };

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern, normalised.</param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AddressPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        var any = new AddressPattern(text, PatternKind.Any, "", default, Port: null);
        problem = SocketPath.HasScheme(text) ? ReadSocket(text, any, out pattern) : ReadHostAndPort(text, any, out pattern);
        problem = pattern is null ? TextMistake.Find(text)?.ToString() ?? problem : null;
        return pattern is not null;
    }

    private static string? ReadSocket(string text, AddressPattern any, out AddressPattern? pattern)
    {
        pattern = null;
        if (text.Contains('*'))
        {
            return "a Unix socket matches only its whole path. Write the path without '*'";
        }

        if (SocketPath.TryParse(text, out var path, out var problem))
        {
            pattern = any with { Kind = PatternKind.Exact, Host = path };
        }

        return problem;
    }

    private static string? ReadHostAndPort(string text, AddressPattern any, out AddressPattern? pattern)
    {
        pattern = null;
        if (text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
        {
            return $"a pattern has no scheme. Remove '{Snippet.Truncate(text[..(scheme + "://".Length)])}'";
        }

        if (DiscoveryPrefix.TrySplit(text, out _, out _, out _))
        {
            return "it is a discovery address, and a pattern is not looked up. List it in 'endpoints'";
        }

        var (hostText, portText) = Split(text);
        if (portText is not null)
        {
            if (!HostPort.TryParsePort(portText, out var port, out var problem))
            {
                return problem;
            }

            any = any with { Port = port };
        }

        if (hostText == "*" || (hostText.Length == 0 && portText is not null))
        {
            pattern = any;
            return null;
        }

        if (hostText.Contains(':') && hostText.Contains('%'))
        {
            return "a pattern has no IPv6 zone. Write a range such as 'fe80::/10', or list the address in 'endpoints'";
        }

        return hostText.Contains('/') ? ReadNetwork(hostText, any, out pattern) : ReadName(hostText, any, out pattern);
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

    private static string? ReadNetwork(string text, AddressPattern any, out AddressPattern? pattern)
    {
        pattern = null;
        if (!AddressRange.TryParse(text, out var network, out var isExact))
        {
            return $"'{Snippet.Truncate(text)}' is not an address range. Write it like '10.8.0.0/16' or '2001:db8::/32'";
        }

        if (!isExact)
        {
            return $"'{Snippet.Truncate(text)}' has bits set after its prefix. "
                + $"Write '{network}' for the range, or remove '/…' for the single address";
        }

        // A range of one address is an exact pattern, so that the address has one form.
        var isOne = network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8;
        pattern = isOne
            ? any with { Kind = PatternKind.Exact, Host = network.BaseAddress.ToString() }
            : any with { Kind = PatternKind.Network, Network = network };
        return null;
    }

    private static string? ReadName(string text, AddressPattern any, out AddressPattern? pattern)
    {
        pattern = null;
        var isSuffix = text.StartsWith("*.", StringComparison.Ordinal);
        if (!HostName.TryNormalise(isSuffix ? text[2..] : text, out var name, out _) || (isSuffix && HostName.TryGetIP(name, out _)))
        {
            return "its form is unknown. Write 'host:port', 'host', '*.suffix', '*', '10.8.0.0/16' or ':port'";
        }

        pattern = any with { Kind = isSuffix ? PatternKind.Suffix : PatternKind.Exact, Host = name };
        return null;
    }
}
