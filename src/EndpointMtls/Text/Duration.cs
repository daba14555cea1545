using System.Globalization;
using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>Reads durations as Prometheus writes them (<c>1h30m</c>, <c>500ms</c>) and as .NET does (<c>01:30:00</c>).</summary>
internal static partial class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
        {
            return true;
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            // Exactly: otherwise .NET takes '24:00:00' for 24 days.
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;
        }

        // A bare number is refused: .NET takes it for days, others for seconds.
        if (Prometheus().Match(text) is not { Success: true, Length: > 0 } match)
        {
            return false;
        }

        try
        {
            duration = Of(match, "y", 365 * 24 * 3600) + Of(match, "w", 7 * 24 * 3600) + Of(match, "d", 24 * 3600) + Of(match, "h", 3600) + Of(match, "m", 60) + Of(match, "s", 1) + Of(match, "ms", 0.001);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>A duration in words, as an error shows it.</summary>
    public static string Format(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } when duration.Ticks % TimeSpan.TicksPerHour == 0 => $"{duration.TotalHours:0}h",
        { TotalMinutes: >= 1 } when duration.Ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.TotalMinutes:0}m",
        _ when duration.Ticks % TimeSpan.TicksPerSecond == 0 => $"{duration.TotalSeconds:0}s",
        _ when duration.Ticks % TimeSpan.TicksPerMillisecond == 0 => $"{duration.TotalMilliseconds:0}ms",
        _ => duration.ToString("c", CultureInfo.InvariantCulture),
    };

    private static TimeSpan Of(Match match, string unit, double seconds) =>
        match.Groups[unit] is { Success: true } group
            ? TimeSpan.FromSeconds(double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) * seconds)
            : TimeSpan.Zero;

    [GeneratedRegex(@"^((?<y>[0-9]+)y)?((?<w>[0-9]+)w)?((?<d>[0-9]+)d)?((?<h>[0-9]+)h)?((?<m>[0-9]+)m)?((?<s>[0-9]+)s)?((?<ms>[0-9]+)ms)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Prometheus();
}
