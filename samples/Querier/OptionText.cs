using System.Net;
using EndpointMtls;
using Querier.Formats;

namespace Querier;

/// <summary>Parses the values of command line options.</summary>
internal static class OptionText
{
    // The resolution of timers.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static IPEndPoint ToAddress(string option, string text) =>
        HasPort(text) && IPEndPoint.TryParse(text, out var address)
            ? address
            : throw new StartupException($"{option} '{text}' is not an IP address and a port. Write it like 127.0.0.1:10902; port 0 takes any free port.");

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

    private static string Write(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{time.TotalHours:0}h",
        { TotalSeconds: >= 1 } => $"{time.TotalSeconds:0}s",
        _ => $"{time.TotalMilliseconds:0}ms",
    };
}
