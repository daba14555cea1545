using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using EndpointMtls.Text;

namespace EndpointMtls.Addressing;

/// <summary>Normalises host names and IP addresses, so that equal hosts have equal texts.</summary>
internal static class HostName
{
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;

    private static readonly IdnMapping Idn = new();

    /// <summary>
    /// Normalises a host name to lower-case A-labels without a trailing dot, and an IP address to its shortest form. An IPv4-mapped
    /// IPv6 address becomes IPv4.
    /// </summary>
    /// <param name="text">The host, without brackets.</param>
    /// <param name="host">The normalised host.</param>
    /// <param name="problem">The error and its fix, without a full stop.</param>
    public static bool TryNormalise(string text, [NotNullWhen(true)] out string? host, [NotNullWhen(false)] out string? problem)
    {
        host = null;
        problem = text.Length == 0
            ? "it has no host. Write a host name or an IP address"
            : $"'{Snippet.Truncate(text)}' is not a host name or an IP address. Look for stray characters";
        if (text.Contains(':'))
        {
            host = NormaliseIPv6(text);
            problem = text.IndexOf('%') is >= 0 and var zone && NormaliseIPv6(text[..zone]) is not null
                ? "an IPv6 zone ID is supported only in addresses such as '[fe80::1%eth0]:443'. "
                    + $"Write it like that, or remove '{Snippet.Truncate(text[zone..])}'"
                : problem;
        }
        else if (ToAscii(text) is { } ascii)
        {
            var name = ascii.EndsWith('.') ? ascii[..^1] : ascii;
            var labels = name.Split('.');
            if (!labels.All(IsLabel))
            {
                return false;
            }

            if (name.Length > MaxNameLength || labels.Any(label => label.Length > MaxLabelLength))
            {
                problem = $"'{Snippet.Truncate(text)}' is too long for a host name. "
                    + $"Use at most {MaxNameLength} characters, and at most {MaxLabelLength} between two dots";
            }
            else if (IsNumber(labels[^1]) && !IsIPv4(labels))
            {
                problem = $"'{Snippet.Truncate(text)}' ends in a number, but is not an IPv4 address. "
                    + "Write four numbers from 0 to 255 without leading zeros";
            }
            else
            {
                host = name;
            }
        }

        problem = host is null ? problem : null;
        return host is not null;
    }

    /// <summary>Returns the IP address of a normalised host that is one, without its zone.</summary>
    public static bool TryGetIP(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        host = WithoutZone(host);
        return (host.Contains(':') || char.IsAsciiDigit(host[^1])) && IPAddress.TryParse(host, out address);
    }

    /// <summary>Removes the zone of an IPv6 address, which has a meaning only on this machine.</summary>
    public static string WithoutZone(string host) => host.IndexOf('%') is >= 0 and var zone ? host[..zone] : host;

    // A connection to an IPv4-mapped address uses IPv4. Without the conversion, IPv4 ranges would not match the address.
    private static string? NormaliseIPv6(string text) =>
        text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(text, out var ip)
            ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString()
            : null;

    // Certificates and DNS use A-labels. The caller checks the result of the mapping.
    private static string? ToAscii(string text)
    {
        // Without ICU, the mapping keeps upper-case letters.
        var lower = text.ToLowerInvariant();
        if (Ascii.IsValid(lower))
        {
            return lower;
        }

        try
        {
            // The mapping removes invisible characters, and accepts dashes. In an address they are a mistake or an attack.
            return lower.EnumerateRunes().Any(UnusualCharacter.IsTypographic)
                ? null
                : Idn.GetAscii(lower).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    // Resolvers parse a name whose last label is a number as an IPv4 address, also in hexadecimal.
    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.Ordinal) && label[2..].All(char.IsAsciiHexDigit));

    private static bool IsIPv4(string[] labels) =>
        labels.Length == 4 && labels.All(label =>
            byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (label[0] != '0' || label.Length == 1));
}
