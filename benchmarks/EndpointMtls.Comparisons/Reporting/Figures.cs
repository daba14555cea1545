using System.Globalization;
using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Reporting;

/// <summary>Formats figures with their significant digits.</summary>
internal static class Figures
{
    public static string Of(double value) => value.ToString(Math.Abs(value) switch { >= 100 => "#,0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);

    /// <summary>Formats the median and, in brackets, the quartiles.</summary>
    public static string Of(IEnumerable<double> rounds)
    {
        var spread = Spread.Of(rounds);
        return $"{Of(spread.Median)} ({Range(spread)})";
    }

    public static string Range(Spread spread) => $"{Of(spread.Low)}–{Of(spread.High)}";
}
