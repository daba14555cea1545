using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Reads the address of a name server.</summary>
internal static class NameServerText
{
    /// <summary>Reads an IP address with an optional port. The port defaults to 53.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPEndPoint? server)
    {
        // .NET accepts '1' and '1.2' as addresses.
        var isAddress = text is not null && (text.Contains(':') || text.Count(character => character == '.') == 3);
        server = isAddress && IPEndPoint.TryParse(text!, out var parsed) ? parsed : null;
        if (server is { Port: 0 } && !text!.EndsWith(":0", StringComparison.Ordinal))
        {
            server.Port = DnsSettings.DefaultPort;
        }

        return server is { Port: > 0 };
    }

    public static IPEndPoint Parse(string text) =>
        TryParse(text, out var server) ? server : throw new FormatException($"'{text}' is not the address of a name server.");
}
