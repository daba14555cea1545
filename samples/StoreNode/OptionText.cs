using System.Globalization;
using System.Text.RegularExpressions;
using StoreNode.Storage;
using Thanos.CommandLine;

namespace StoreNode;

/// <summary>Parses the values of command line options.</summary>
internal static partial class OptionText
{
    // 40 days. Timers support at most 49.
    private const double MostMilliseconds = 40d * 24 * 3_600_000;

    public static TimeSpan ToDuration(string option, string text)
    {
        var match = Duration().Match(text);
        var unit = match.Groups["unit"].Value switch { "ms" => 1, "s" => 1_000, "m" => 60_000, _ => 3_600_000 };
        return match.Success && int.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number) && number > 0 && (double)number * unit <= MostMilliseconds
            ? TimeSpan.FromMilliseconds((double)number * unit)
            : throw new StartupException($"{option} '{text}' is not a usable duration. Write it like 500ms, 15s, 5m or 2h, up to 960h.");
    }

    /// <returns>The duration; null, no limit, for <c>0s</c>.</returns>
    public static TimeSpan? ToLimit(string option, string text) => text is "0" or "0s" ? null : ToDuration(option, text);

    public static Labels ToLabels(string option, IReadOnlyCollection<string> texts)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var match = Label().Match(text);
            if (!match.Success)
                throw new StartupException($"{option} '{text}' is not a label. Write it like cluster=eu; a name has letters, digits and underscores only.");
            if (match.Groups["name"].Value == "__name__")
                throw new StartupException($"{option} '{text}' would set the metric name of every series. Choose another label.");
            if (!pairs.TryAdd(match.Groups["name"].Value, match.Groups["value"].Value))
                throw new StartupException($"{option} '{text}' sets a label twice. Remove one of them.");
        }

        return Labels.From(pairs);
    }

    [GeneratedRegex(@"\A(?<number>[0-9]+)(?<unit>ms|s|m|h)\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\A(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=(?<value>.+)\z", RegexOptions.Singleline)]
    private static partial Regex Label();
}
