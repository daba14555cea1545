using System.Globalization;
using System.Text;
using Thanos.Chunks;

namespace EndpointMtls.InteropTests.Prometheus;

/// <summary>Writes series as the text that promtool imports.</summary>
internal static class OpenMetrics
{
    public static string Write(IReadOnlyList<IReadOnlyList<Sample>> series)
    {
        var text = new StringBuilder("# TYPE sample gauge\n");
        for (var i = 0; i < series.Count; i++)
        {
            foreach (var (timestamp, value) in series[i])
                text.Append(CultureInfo.InvariantCulture, $"sample{{series=\"{i:000}\"}} {Text(value)} {timestamp / 1000m}\n");
        }

        return text.Append("# EOF\n").ToString();
    }

    private static string Text(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
