using System.Globalization;
using System.Text.RegularExpressions;

namespace Querier.Formats;

/// <summary>Reads a time: Unix seconds with a fraction, or RFC 3339. Times are Unix milliseconds, as everywhere in Prometheus.</summary>
internal static partial class PrometheusTime
{
    // Far beyond any clock, and far from overflowing when a look-back is subtracted.
    private const double MostSeconds = 1e14;

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static bool TryParse(string text, out long milliseconds)
    {
        milliseconds = 0;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            if (!(Math.Abs(seconds) <= MostSeconds))
                return false;

            milliseconds = (long)Math.Round(seconds * 1000, MidpointRounding.AwayFromZero);
            return true;
        }

        var isTime = DateTimeOffset.TryParseExact(
            TooFine().Replace(text, ""), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        milliseconds = time.ToUnixTimeMilliseconds();
        return isTime;
    }

    /// <summary>What goes beyond the ten millionths of a second that .NET counts in; Go writes billionths.</summary>
    [GeneratedRegex(@"(?<=\.[0-9]{7})[0-9]+")]
    private static partial Regex TooFine();
}
