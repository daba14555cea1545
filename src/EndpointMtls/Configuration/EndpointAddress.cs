using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace EndpointMtls.Configuration;

/// <summary>A host and a port, normalised so that equal addresses compare equal.</summary>
internal readonly record struct EndpointAddress(string Host, int Port)
{
    public static bool TryParse(string text, out EndpointAddress address, [NotNullWhen(false)] out string? problem)
    {
        address = default;
        problem = Split(text, out var hostText, out var portText);
        if (problem is not null)
        {
            return false;
        }

        if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > ushort.MaxValue)
        {
            problem = $"'{portText}' is not a port. Ports go from 1 to 65535";
            return false;
        }

        if (!TryNormaliseHost(hostText, out var host))
        {
            problem = $"'{hostText}' is not a host name or an IP address. Look for stray characters";
            return false;
        }

        address = new EndpointAddress(host, port);
        return true;
    }

    /// <summary>Lower-cases a host name and drops its trailing dot; writes an IP address in its shortest form.</summary>
    public static bool TryNormaliseHost(string host, [NotNullWhen(true)] out string? normalised)
    {
        normalised = null;
        if (!TryToAscii(host, out var ascii))
        {
            return false;
        }

        // A zone or a prefix length behind an IPv6 address passes the check, and is no part of a host.
        normalised = Uri.CheckHostName(ascii) switch
        {
            UriHostNameType.Dns => ascii.TrimEnd('.').ToLowerInvariant(),
            UriHostNameType.IPv4 or UriHostNameType.IPv6 when IPAddress.TryParse(ascii, out var ip) && ascii.IndexOfAny(['%', '/']) < 0 => ip.ToString(),
            _ => null,
        };
        return normalised is { Length: > 0 };
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    // Certificates and DNS know names in ASCII only; what looks like another address must not be one.
    private static bool TryToAscii(string host, [NotNullWhen(true)] out string? ascii)
    {
        try
        {
            ascii = Ascii.IsValid(host) ? host : new IdnMapping().GetAscii(host);
            return true;
        }
        catch (ArgumentException)
        {
            ascii = null;
            return false;
        }
    }

    private static string? Split(string text, out string host, out string port)
    {
        (host, port) = ("", "");
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return "it is a URI. Write 'host:port'; whether TLS is used is the realm's decision";
        }

        if (text.Contains('+'))
        {
            return "it is a discovery address, and only 'host:port' is understood";
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            return "it has no port. Write 'host:port'; there is no default port";
        }

        (host, port) = (text[..colon], text[(colon + 1)..]);
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            return host.Contains(':') ? null : "only an IPv6 address stands in brackets";
        }

        return host.Contains(':') ? "an IPv6 address stands in brackets: '[::1]:443'" : null;
    }
}
