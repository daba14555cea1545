using System.Diagnostics.CodeAnalysis;
using System.Net;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>What a pattern compares with the host.</summary>
internal enum PatternKind
{
    /// <summary>Nothing: every host, and without a port every address.</summary>
    Any,

    /// <summary>One name, IP address or socket.</summary>
    Exact,

    /// <summary>The names beneath a name, at any depth.</summary>
    Suffix,

    /// <summary>A range of IP addresses.</summary>
    Network,
}

/// <summary>A rule of <c>match</c>, as it was written and as it is understood: which hosts, on which port.</summary>
internal sealed record AddressPattern(string Text, PatternKind Kind, string Host, IPNetwork Network, int? Port)
{
    /// <summary>The address, if the pattern names exactly one.</summary>
    public EndpointAddress? Literal =>
        Kind != PatternKind.Exact ? null : Port is { } port ? new EndpointAddress(Host, port) : Host[0] == '/' ? new EndpointAddress(Host, 0) : null;

    /// <summary>What the pattern means. <see cref="RealmMatcher"/> finds the same without asking each, which tests hold it to.</summary>
    public bool Matches(EndpointAddress address) => (Port is null || Port == address.Port) && Kind switch
    {
        PatternKind.Any => true,
        PatternKind.Exact => address.Host == Host,
        PatternKind.Suffix => !address.IsUnix && address.Host.EndsWith("." + Host, StringComparison.Ordinal),
        _ => HostName.TryGetIP(address.Host, out var ip) && Network.Contains(ip),
    };

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        var any = new AddressPattern(text, PatternKind.Any, "", default, Port: null);
        problem = SocketPath.IsMeant(text) ? ReadSocket(text, any, out pattern) : ReadHostAndPort(text, any, out pattern);
        return pattern is not null;
    }

    private static string? ReadSocket(string text, AddressPattern any, out AddressPattern? pattern)
    {
        pattern = null;
        if (text.Contains('*'))
        {
            return "a socket is matched by its whole path. Write it without '*'";
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
        if (!AddressRange.TryParse(text, out var network, out var isExact) || !isExact)
        {
            return $"'{Snippet.Truncate(text)}' is not an address range. Write it like '10.8.0.0/16', with no bits set behind the prefix";
        }

        // A range of one address is that address.
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
            return "it is none of 'host:port', 'host', '*.suffix', '*', '10.8.0.0/16' and ':port'";
        }

        pattern = any with { Kind = isSuffix ? PatternKind.Suffix : PatternKind.Exact, Host = name };
        return null;
    }
}
