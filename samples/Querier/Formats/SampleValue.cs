using System.Globalization;

namespace Querier.Formats;

/// <summary>Formats a sample value as Prometheus does: the shortest text that parses to the same number.</summary>
internal static class SampleValue
{
    public static string Format(double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        return Math.Abs(value) switch
        {
            double.NaN => "NaN",
            double.PositiveInfinity => value > 0 ? "+Inf" : "-Inf",
            0 => shortest,
            < 1e-6 or >= 1e21 => shortest.ToLowerInvariant(),
            // .NET uses exponents from 1e15 and below 1e-4, Prometheus only from 1e21 and below 1e-6.
            _ when shortest.Contains('E', StringComparison.Ordinal) =>
                decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            _ => shortest,
        };
    }
}
