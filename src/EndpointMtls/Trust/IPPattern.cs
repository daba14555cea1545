using System.Diagnostics.CodeAnalysis;
using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Means an IP address, or a range of them. An IPv4 address inside an IPv6 one is the IPv4 address.</summary>
internal sealed class IPPattern : NamePattern
{
    private readonly IPNetwork _range;

    private IPPattern(IPNetwork range) => _range = range;

    public override bool Matches(SubjectNames names) =>
        names.IPAddresses.Any(address => _range.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Whether a text is an address, with or without a length of its prefix.</summary>
    public static bool IsMeant(string text) => TryParse(text.Split('/', 2)[0], out _);

    public static string? Read(string text, out NamePattern? pattern)
    {
        pattern = null;
        if (TryParse(text, out var address))
        {
            pattern = new IPPattern(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            return null;
        }

        if (!AddressRange.TryParse(text, out var range, out var isExact))
        {
            return $"'{Snippet.Truncate(text)}' is not an address range. Write it like '10.8.0.0/16' or '2001:db8::/32'";
        }

        if (!isExact)
        {
            return $"'{Snippet.Truncate(text)}' has bits set behind its prefix. Write '{range}' for the range, or leave '/…' away for the one address";
        }

        pattern = new IPPattern(range);
        return null;
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return HostName.TryNormalise(text, out var host, out _) && HostName.TryGetIP(host, out address);
    }
}
