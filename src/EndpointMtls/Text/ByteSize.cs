using System.Globalization;

namespace EndpointMtls.Text;

/// <summary>Parses sizes in bytes, such as <c>4194304</c> and <c>4MiB</c>.</summary>
internal static class ByteSize
{
    // 'MB' is rejected: Thanos reads it as 1024 x 1024 bytes, and the SI as 1000 x 1000.
    private static readonly (string Suffix, long Bytes)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("B", 1)];

    /// <summary>Parses a size that is not negative. A number without a unit is a number of bytes.</summary>
    public static bool TryParse(string text, out long size)
    {
        var (suffix, bytes) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal), ("", 1));
        var number = text.AsSpan(0, text.Length - suffix.Length);
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size > long.MaxValue / bytes)
        {
            return false;
        }

        size *= bytes;
        return true;
    }
}
