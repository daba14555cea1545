using System.Globalization;
using System.Text.RegularExpressions;

namespace Querier.Formats;

/// <summary>Parses a duration: a number of seconds such as <c>1.5</c>, or numbers with units such as <c>1h30m</c>.</summary>
internal static partial class PrometheusDuration
{
    private static readonly (string Unit, long Milliseconds)[] Units =
    [
        ("y", 365L * 86_400_000), ("w", 7L * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return TryFrom(seconds * 1000, out duration);

        var match = Pattern().Match(text);
        return text.Length > 0 && match.Success && TryFrom(
            Units.Sum(unit => match.Groups[unit.Unit] is { Success: true, ValueSpan: var digits }
                ? double.Parse(digits, CultureInfo.InvariantCulture) * unit.Milliseconds
                : 0),
            out duration);
    }

    private static bool TryFrom(double milliseconds, out TimeSpan duration)
    {
        var fits = Math.Abs(milliseconds) <= TimeSpan.MaxValue.TotalMilliseconds / 2;
        duration = fits ? TimeSpan.FromMilliseconds(milliseconds) : default;
        return fits;
    }

    [GeneratedRegex(@"\A((?<y>[0-9]+)y)?((?<w>[0-9]+)w)?((?<d>[0-9]+)d)?((?<h>[0-9]+)h)?((?<m>[0-9]+)m)?((?<s>[0-9]+)s)?((?<ms>[0-9]+)ms)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
