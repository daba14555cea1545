using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Where to connect to: a host and a port, or the path of a Unix domain socket. Normalised, so that equal addresses compare equal.</summary>
internal readonly record struct EndpointAddress(string Host, int Port)
{
    /// <summary>Whether it is a Unix domain socket: its path stands for the host, and there is no port.</summary>
    public bool IsUnix => Port == 0;

    /// <summary>Whether it is an IP address: there is nothing to look up.</summary>
    public bool IsIP => !IsUnix && HostName.TryGetIP(Host, out _);

    /// <summary>The name that TLS expects of the server unless the realm says another: for a socket, as in gRPC, that of this machine.</summary>
    public string TlsHost => IsUnix ? "localhost" : Host;

    public static bool TryParse(string text, out EndpointAddress address, [NotNullWhen(false)] out string? problem) =>
        TryParse(text, out address, out _, out problem);

    /// <param name="text">The address as it was written.</param>
    /// <param name="address">The address, normalised.</param>
    /// <param name="saysTls">Whether it asks for TLS (<c>https://</c>) or for plaintext (<c>http://</c>), if it says so.</param>
    /// <param name="problem">What is wrong, and the fix.</param>
    public static bool TryParse(string text, out EndpointAddress address, out bool? saysTls, [NotNullWhen(false)] out string? problem)
    {
        (address, saysTls) = (default, null);
        if (SocketPath.IsMeant(text))
        {
            address = SocketPath.TryParse(text, out var path, out problem) ? new EndpointAddress(path, Port: 0) : default;
            return problem is null;
        }

        if (DiscoveryPrefix.TrySplit(text, out _, out _, out problem))
        {
            problem = "it is a discovery address. List it in a realm's 'endpoints'";
        }

        if (problem is not null || !AddressUri.TryStrip(text, out var rest, out var scheme, out problem) || !HostPort.TryParse(rest, scheme, out var host, out var port, out problem))
        {
            return false;
        }

        // Names that .NET dials nowhere, such as '10._tcp.example.com': underscores belong to what is looked up.
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            problem = $"'{Snippet.Truncate(host)}' is not a host name or an IP address. Look for stray characters";
            return false;
        }

        address = new EndpointAddress(host, port);
        saysTls = scheme.Length == 0 ? null : scheme == "https://";
        return true;
    }

    public override string ToString() => IsUnix ? SocketPath.Scheme + Host : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
