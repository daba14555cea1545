using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Distinguishes IP addresses from host names.</summary>
internal static class IPLiteral
{
    /// <summary>Reads a complete IP address. Rejects <c>127.1</c> and <c>[::1]:80</c>, which .NET accepts as addresses.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        var isComplete = text.Contains(':')
            ? text[0] != '['
            : text.Count(c => c == '.') == 3 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]);
        return isComplete && IPAddress.TryParse(text, out address);
    }
}
