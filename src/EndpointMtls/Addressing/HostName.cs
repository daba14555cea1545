using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Host names and IP addresses in the one spelling in which TLS and DNS compare them.</summary>
internal static class HostName
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    private static readonly IdnMapping Idn = new();

    /// <summary>Writes a host name in lower-case ASCII without its trailing dot, and an IP address in its shortest form.</summary>
    public static bool TryNormalise(string text, [NotNullWhen(true)] out string? host, [NotNullWhen(false)] out string? problem)
    {
        host = null;
        problem = $"'{Snippet.Truncate(text)}' is not a host name or an IP address. Look for stray characters";
        if (text.Contains(':'))
        {
            host = NormaliseIPv6(text);
        }
        else if (ToAscii(text) is { } ascii)
        {
            var name = ascii.EndsWith('.') ? ascii[..^1] : ascii;
            var labels = name.Split('.');
            if (!labels.All(IsLabel))
            {
                return false;
            }

            if (name.Length > LongestName || labels.Any(label => label.Length > LongestLabel))
            {
                problem = $"'{Snippet.Truncate(text)}' is too long for a host name. DNS allows {LongestName} characters, and {LongestLabel} between two dots";
            }
            else if (IsNumber(labels[^1]) && !IsIPv4(labels))
            {
                problem = $"'{Snippet.Truncate(text)}' ends in a number, and is not an IPv4 address. Write four numbers from 0 to 255 without leading zeros";
            }
            else
            {
                host = name;
            }
        }

        problem = host is null ? problem : null;
        return host is not null;
    }

    /// <summary>Reads a normalised host that is an IP address.</summary>
    public static bool TryGetIP(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return (host.Contains(':') || char.IsAsciiDigit(host[^1])) && IPAddress.TryParse(host, out address);
    }

    // An IPv4 address in the clothes of IPv6 is dialled as IPv4; if it stayed as it is, no range would hold it.
    private static string? NormaliseIPv6(string text) =>
        text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(text, out var ip)
            ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString()
            : null;

    // Certificates and DNS know names in ASCII only. What the mapping makes of a name is checked behind it.
    private static string? ToAscii(string text)
    {
        // Lower case first: where .NET runs without ICU, the mapping leaves case alone.
        var lower = text.ToLowerInvariant();
        if (Ascii.IsValid(lower))
        {
            return lower;
        }

        try
        {
            // The mapping drops what cannot be seen; in an address that is a slip or a trick.
            return lower.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format)
                ? null
                : Idn.GetAscii(lower).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    // Resolvers take a name whose last part is a number for an address, in hexadecimal too.
    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.Ordinal) && label[2..].All(char.IsAsciiHexDigit));

    private static bool IsIPv4(string[] labels) =>
        labels.Length == 4 && labels.All(label => byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (label[0] != '0' || label.Length == 1));
}
