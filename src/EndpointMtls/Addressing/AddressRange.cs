using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Addressing;

/// <summary>Reads ranges of IP addresses.</summary>
internal static class AddressRange
{
    /// <summary>Reads a range such as <c>10.8.0.0/16</c>.</summary>
    /// <param name="text">The range.</param>
    /// <param name="range">The range, which starts where its prefix says.</param>
    /// <param name="isExact">Whether that is where it was written to start; otherwise bits were set behind the prefix.</param>
    public static bool TryParse(string text, out IPNetwork range, out bool isExact)
    {
        (range, isExact) = (default, false);
        var slash = text.IndexOf('/');
        if (slash < 0 || !HostName.TryNormalise(text[..slash], out var host, out _) || !HostName.TryGetIP(host, out var address))
        {
            return false;
        }

        var prefix = text[(slash + 1)..];
        if (!byte.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length.ToString(CultureInfo.InvariantCulture) != prefix)
        {
            return false;
        }

        // The address has been taken out of an IPv6 one that stands for it, and so is its prefix.
        var outer = text.Contains(':') && address.AddressFamily == AddressFamily.InterNetwork ? 96 : 0;
        if (length < outer || !IPNetwork.TryParse($"{address}/{length - outer}", out range))
        {
            return false;
        }

        // The parser clears the bits behind the prefix; we would rather hear of the slip.
        isExact = range.BaseAddress.Equals(address);
        return true;
    }
}
