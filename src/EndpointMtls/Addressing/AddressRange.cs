using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Addressing;

/// <summary>Parses ranges of IP addresses.</summary>
internal static class AddressRange
{
    /// <summary>Parses a range in CIDR notation, such as <c>10.8.0.0/16</c>. Bits after the prefix are cleared.</summary>
    /// <param name="text">The range.</param>
    /// <param name="range">The range.</param>
    /// <param name="isExact">Whether the text has no bits set after the prefix.</param>
    public static bool TryParse(string text, out IPNetwork range, out bool isExact)
    {
        (range, isExact) = (default, false);
        var slash = text.IndexOf('/');
        if (slash < 0 || !HostName.TryNormalise(text[..slash], out var host, out _) || !HostName.TryGetIP(host, out var address))
        {
            return false;
        }

        var prefix = text[(slash + 1)..];
        if (!byte.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length.ToString(CultureInfo.InvariantCulture) != prefix)
        {
            return false;
        }

        // Normalisation turns an IPv4-mapped IPv6 address into IPv4. Its prefix then loses the 96 bits of the mapping.
        var mapping = text.Contains(':') && address.AddressFamily == AddressFamily.InterNetwork ? 96 : 0;
        if (length < mapping || !IPNetwork.TryParse($"{address}/{length - mapping}", out range))
        {
            return false;
        }

        // IPNetwork.TryParse clears the bits after the prefix without an error.
        isExact = range.BaseAddress.Equals(address);
        return true;
    }
}
