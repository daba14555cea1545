using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>The address of an endpoint: a host and a port, or the path of a Unix domain socket.</summary>
/// <param name="Host">The normalised host name or IP address; the path of a socket.</param>
/// <param name="Port">The port; 0 for a socket.</param>
internal readonly partial record struct EndpointAddress(string Host, int Port)
{
    /// <summary>Whether the address is a Unix domain socket.</summary>
    public bool IsUnix => Port == 0;

    /// <summary>Whether the host is an IP address, which needs no DNS lookup.</summary>
    public bool IsIP => !IsUnix && HostName.TryGetIP(Host, out _);

    /// <summary>
    /// The name expected in the certificate of the server, unless the realm sets <c>server_name</c>. For a socket it is
    /// <c>localhost</c>, as in gRPC.
    /// </summary>
    public string TlsHost => IsUnix ? "localhost" : HostName.WithoutZone(Host);

    /// <summary>Whether the host is an IPv6 address with a zone, which only a lookup resolves to a network interface.</summary>
    public bool HasZone => !IsUnix && Host.Contains('%');

    /// <inheritdoc cref="TryParse(string, out EndpointAddress, out bool?, out string?)"/>
    public static bool TryParse(string text, out EndpointAddress address, [NotNullWhen(false)] out string? problem) =>
        TryParse(text, out address, out _, out problem);

    /// <summary>Parses an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address, normalised.</param>
    /// <param name="usesTls">
    /// <see langword="true"/> for the scheme <c>https://</c>, <see langword="false"/> for <c>http://</c>; otherwise <see langword="null"/>.
    /// </param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryParse(string text, out EndpointAddress address, out bool? usesTls, [NotNullWhen(false)] out string? problem)
    {
        if (TryRead(text, out address, out usesTls, out problem))
        {
            return true;
        }

        problem = TextMistake.Find(text)?.ToString() ?? (
            IsPattern(text) ? "it is a pattern, which matches several addresses. Put it in 'match', or write one address as 'host:port'"
            : IsList(text) ? "it is a list of addresses. Write each as an item of its own"
            : problem);
        return false;
    }

    private static bool TryRead(string text, out EndpointAddress address, out bool? usesTls, [NotNullWhen(false)] out string? problem)
    {
        (address, usesTls) = (default, null);
        if (SocketPath.HasScheme(text))
        {
            address = SocketPath.TryParse(text, out var path, out problem) ? new EndpointAddress(path, Port: 0) : default;
            return problem is null;
        }

        if (DiscoveryPrefix.TrySplit(text, out _, out _, out problem))
        {
            problem = "it is a discovery address, which stands for several addresses. Write one of them as 'host:port'";
        }

        if (problem is not null
            || !AddressUri.TryStripScheme(text, out var rest, out var scheme, out problem)
            || !HostPort.TryParse(StripZone(rest, out var zone), scheme, out var host, out var port, out problem))
        {
            return false;
        }

        // .NET cannot connect to some names, such as '10._tcp.example.com'. Names with underscores may only be looked up.
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            problem = host.StartsWith('_') || host.Contains("._", StringComparison.Ordinal)
                ? $"'{Snippet.Truncate(host)}' is the name of SRV records. Write '{DiscoveryPrefix.Of(DiscoveryKind.Srv)}{host}'"
                : $"'{Snippet.Truncate(host)}' is not a host name or an IP address. Look for stray characters";
            return false;
        }

        address = new EndpointAddress(host + zone, port);
        usesTls = scheme.Length == 0 ? null : scheme == "https://";
        return true;
    }

    private static bool IsPattern(string text) =>
        text.Contains('*') || (AddressPattern.TryParse(text, out var pattern, out _) && pattern.Kind == PatternKind.Network);

    private static bool IsList(string text) =>
        text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } parts
        && parts.All(part => TryRead(part, out _, out _, out _));

    // A URI has '%25' in place of '%' (RFC 6874).
    private static string StripZone(string text, out string zone)
    {
        var match = Zone.Match(text);
        zone = match.Success ? $"%{match.Groups["zone"].Value}" : "";
        return match.Success ? $"{match.Groups["ip"].Value}]{text[match.Length..]}" : text;
    }

    [GeneratedRegex(@"^(?<ip>\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)%(25(?=[^\]]))?(?<zone>[A-Za-z0-9._~-]+)\]")]
    private static partial Regex Zone { get; }

    public override string ToString() => IsUnix ? SocketPath.Scheme + Host : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
