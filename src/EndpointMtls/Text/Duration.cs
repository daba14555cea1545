using System.Globalization;
using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>Parses durations in the formats of Prometheus (<c>1h30m</c>, <c>500ms</c>) and .NET (<c>01:30:00</c>).</summary>
internal static partial class Duration
{
    /// <summary>Parses a duration that is not negative. A number needs a unit, except for <c>0</c>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
        {
            return true;
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            // TimeSpan.Parse would read '24:00:00' as 24 days.
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;
        }

        // A number without a unit is ambiguous: .NET reads it as days, other programs as seconds.
        if (Prometheus().Match(text) is not { Success: true, Length: > 0 } match)
        {
            return false;
        }

        try
        {
            duration = Read(match, "y", 365 * 24 * 3600) + Read(match, "w", 7 * 24 * 3600) + Read(match, "d", 24 * 3600)
                + Read(match, "h", 3600) + Read(match, "m", 60) + Read(match, "s", 1) + Read(match, "ms", 0.001);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>Returns a duration for error texts, in the largest unit that needs no fraction: for example <c>90m</c>.</summary>
    public static string Format(TimeSpan duration) => duration switch
    {
        { TotalDays: > 1 } when duration.Ticks % TimeSpan.TicksPerDay == 0 => $"{duration.TotalDays:0}d",
        { TotalHours: >= 1 } when duration.Ticks % TimeSpan.TicksPerHour == 0 => $"{duration.TotalHours:0}h",
        { TotalMinutes: >= 1 } when duration.Ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.TotalMinutes:0}m",
        _ when duration.Ticks % TimeSpan.TicksPerSecond == 0 => $"{duration.TotalSeconds:0}s",
        _ when duration.Ticks % TimeSpan.TicksPerMillisecond == 0 => $"{duration.TotalMilliseconds:0}ms",
        _ => duration.ToString("c", CultureInfo.InvariantCulture),
    };

    private static TimeSpan Read(Match match, string unit, double seconds) =>
        match.Groups[unit] is { Success: true } group
            ? TimeSpan.FromSeconds(double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) * seconds)
            : TimeSpan.Zero;

    [GeneratedRegex(
        @"^((?<y>[0-9]+)y)?((?<w>[0-9]+)w)?((?<d>[0-9]+)d)?((?<h>[0-9]+)h)?((?<m>[0-9]+)m)?((?<s>[0-9]+)s)?((?<ms>[0-9]+)ms)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Prometheus();
}
