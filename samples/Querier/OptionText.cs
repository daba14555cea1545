using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using EndpointMtls;
using Querier.Formats;
using Thanos.CommandLine;

namespace Querier;

/// <summary>Parses the values of command line options.</summary>
internal static partial class OptionText
{
    // The resolution of timers.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    // Without brackets, the last group of an IPv6 address could be a port: reject it.
    private static bool HasPort(string text) => text.StartsWith('[') || text.Count(character => character == ':') == 1;

    public static TimeSpan ToDuration(string option, string text, bool allowsZero) =>
        PrometheusDuration.TryParse(text, out var duration) && (duration >= Shortest || (allowsZero && duration == TimeSpan.Zero))
            && duration < TimeSpan.FromDays(40)
            ? duration
            : throw new StartupException($"{option} '{text}' is not a usable duration. Write it like 500ms, 15s or 2m.");

    public static TimeSpan ToDuration(string option, string text, TimeSpan shortest, TimeSpan longest)
    {
        var duration = ToDuration(option, text, allowsZero: false);
        return duration >= shortest && duration <= longest
            ? duration
            : throw new StartupException($"{option} '{text}' is out of range: from {Write(shortest)} to {Write(longest)}.");
    }

    public static IPEndPoint ToServer(string option, string text) =>
        HasPort(text) && IPEndPoint.TryParse(text, out var server) && server.Port > 0
            ? server
            : throw new StartupException($"{option} '{text}' is not an IP address and a port. Write it like 127.0.0.1:53.");

    public static ReadinessPolicy ToReadiness(string option, string text) => text switch
    {
        "all_strict" => ReadinessPolicy.AllStrict,
        "any" => ReadinessPolicy.Any,
        "any_per_realm" => ReadinessPolicy.AnyPerRealm,
        _ => throw new StartupException($"{option} '{text}' is not a readiness policy. Write all_strict, any or any_per_realm."),
    };

    public static string? ToPath(string option, string? text) =>
        text is not "" ? text : throw new StartupException($"{option} is empty. Write the path of a file, or remove the option.");

    public static long ToCount(string option, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new StartupException($"{option} '{text}' is not a number. Write it like 500000; 0 for no limit.");

    /// <summary>Parses a size with a unit, which is a power of 1024 as in Thanos.</summary>
    public static long ToBytes(string option, string text)
    {
        var match = Size().Match(text);
        var shift = match.Groups["unit"].Value switch { "" => 0, ['K', ..] => 10, ['M', ..] => 20, _ => 30 };
        return match.Success && int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (number == 0 || shift > 0)
            ? (long)number << shift
            : throw new StartupException($"{option} '{text}' is not a size. Write it like 512KiB, 256MiB or 1GiB; 0 for no limit.");
    }

    private static string Write(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{time.TotalHours:0}h",
        { TotalSeconds: >= 1 } => $"{time.TotalSeconds:0}s",
        _ => $"{time.TotalMilliseconds:0}ms",
    };

    [GeneratedRegex(@"\A(?<number>[0-9]+)(?<unit>[KMG]i?B)?\z")]
    private static partial Regex Size();
}
