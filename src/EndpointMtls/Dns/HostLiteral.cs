using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Tells an IP address from a host name.</summary>
internal static class HostLiteral
{
    /// <summary>Reads an address in full: <c>127.1</c> and <c>[::1]:80</c>, which .NET takes for addresses as well, are none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        var isWhole = text.Contains(':') ? text[0] != '[' : text.Count(c => c == '.') == 3 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]);
        return isWhole && IPAddress.TryParse(text, out address);
    }
}
