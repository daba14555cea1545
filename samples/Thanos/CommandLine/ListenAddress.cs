using System.Net;
using System.Net.Sockets;

namespace Thanos.CommandLine;

/// <summary>Parses the address of a listener, in the forms of Go: <c>:10902</c>, <c>localhost:80</c>, <c>127.0.0.1:0</c>, <c>[::1]:0</c>.</summary>
public static class ListenAddress
{
    private const string Localhost = "localhost:";

    /// <param name="option">The option, for the error.</param>
    /// <param name="text">The address. Without a host, all addresses of the machine; <c>localhost</c> is 127.0.0.1, as in Go.</param>
    /// <param name="example">A valid address with a port, for the error.</param>
    /// <exception cref="StartupException">The text is not such an address.</exception>
    public static IPEndPoint Parse(string option, string text, string example)
    {
        var address = text switch
        {
            [':', .. var port] => $"{(Socket.OSSupportsIPv6 ? "[::]" : "0.0.0.0")}:{port}",
            _ when text.StartsWith(Localhost, StringComparison.OrdinalIgnoreCase) => $"127.0.0.1:{text[Localhost.Length..]}",
            _ => text,
        };
        return HasPort(address) && IPEndPoint.TryParse(address, out var parsed) ? parsed : throw new StartupException(
            $"{option} '{text}' is not an IP address and a port. Write it like {example}, localhost{example[example.LastIndexOf(':')..]}, " +
            $"{example[example.LastIndexOf(':')..]} for all addresses, or [::1]{example[example.LastIndexOf(':')..]}; port 0 takes any free port.");
    }

    // Without brackets, the last group of an IPv6 address could be a port: reject it.
    private static bool HasPort(string text) =>
        (text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(character => character == ':') == 1)
        && char.IsAsciiDigit(text[^1]);
}
