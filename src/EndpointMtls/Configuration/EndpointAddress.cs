using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace EndpointMtls.Configuration;

/// <summary>A host and a port, normalised so that equal addresses compare equal.</summary>
internal readonly record struct EndpointAddress(string Host, int Port)
{
    public static bool TryParse(string text, out EndpointAddress address, [NotNullWhen(false)] out string? problem)
    {
        address = default;
        problem = Split(text, out var host, out var portText)
            ?? (TryParsePort(portText, out var port) ? null : $"'{portText}' is not a port. Ports go from 1 to 65535")
            ?? (TryNormaliseHost(host, out var normalised) ? null : $"'{host}' is not a host name or an IP address");

        if (problem is not null)
        {
            return false;
        }

        address = new EndpointAddress(normalised!, port);
        return true;

        // The compiler does not follow definite assignment through '??', so both stand here once.
        static bool TryParsePort(string text, out int port) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= ushort.MaxValue;
    }

    /// <summary>Lower-cases a host name and drops its trailing dot; writes an IP address in its shortest form.</summary>
    public static bool TryNormaliseHost(string host, [NotNullWhen(true)] out string? normalised)
    {
        var kind = Uri.CheckHostName(host);
        normalised = kind switch
        {
            UriHostNameType.Dns => host.TrimEnd('.').ToLowerInvariant(),
            UriHostNameType.IPv4 or UriHostNameType.IPv6 => IPAddress.Parse(host).ToString(),
            _ => null,
        };
        return normalised is { Length: > 0 };
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static string? Split(string text, out string host, out string port)
    {
        (host, port) = ("", "");
        if (text.Contains("://", StringComparison.Ordinal) || text.Contains(":///", StringComparison.Ordinal))
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
