using System.Diagnostics.CodeAnalysis;
using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Matches an IP address, or every address of a range. An IPv4-mapped IPv6 address counts as the IPv4 address.</summary>
internal sealed class IPPattern : NamePattern
{
    private readonly IPNetwork _range;

    private IPPattern(IPNetwork range) => _range = range;

    public override bool Matches(SubjectNames names) =>
        names.IPAddresses.Any(address => _range.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Whether the text begins with an IP address, and is therefore meant as a pattern of this kind.</summary>
    public static bool BeginsWithAddress(string text) => TryParse(text.Split('/', 2)[0], out _);

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
            return $"'{Snippet.Truncate(text)}' has bits set after its prefix. "
                + $"Write '{range}' for the range, or remove '/…' for the single address";
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
