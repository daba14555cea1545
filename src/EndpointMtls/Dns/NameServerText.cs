using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Reads where a DNS server is.</summary>
internal static class NameServerText
{
    /// <summary>Reads an IP address with a port; without one, the port is that of DNS.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPEndPoint? server)
    {
        // Only so: '1' and '1.2' are addresses to .NET as well.
        var isAddress = text is not null && (text.Contains(':') || text.Count(character => character == '.') == 3);
        server = isAddress && IPEndPoint.TryParse(text!, out var parsed) ? parsed : null;
        if (server is { Port: 0 } && !text!.EndsWith(":0", StringComparison.Ordinal))
        {
            server.Port = DnsSettings.Port;
        }

        return server is { Port: > 0 };
    }

    public static IPEndPoint Parse(string text) => TryParse(text, out var server) ? server : throw new FormatException($"'{text}' is not a DNS server.");
}
