using System.Globalization;
using System.Text.RegularExpressions;

namespace Querier.Formats;

/// <summary>Parses a time, Unix seconds with a fraction or RFC 3339, into Unix milliseconds.</summary>
internal static partial class PrometheusTime
{
    // Beyond any real time, and without overflow when the look-back delta is subtracted.
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

    /// <summary>The digits of a fraction that .NET does not parse: it reads seven, and Go writes nine.</summary>
    [GeneratedRegex(@"(?<=\.[0-9]{7})[0-9]+")]
    private static partial Regex TooFine();
}
