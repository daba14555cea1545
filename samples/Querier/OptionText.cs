using System.Net;
using Querier.Formats;

namespace Querier;

/// <summary>Turns the text of an option into what it means, or says what to write instead.</summary>
internal static class OptionText
{
    // Timers know no less.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static IPEndPoint ToAddress(string option, string text) =>
        HasPort(text) && IPEndPoint.TryParse(text, out var address)
            ? address
            : throw new StartupException($"{option} '{text}' is not an IP address and a port. Write it like 127.0.0.1:10902; port 0 takes any free port.");

    // What follows the colons of a bare IPv6 address would otherwise be part of it, and the port a random one.
    private static bool HasPort(string text) => text.StartsWith('[') || text.Count(character => character == ':') == 1;

    public static TimeSpan ToDuration(string option, string text, bool allowsZero) =>
        PrometheusDuration.TryParse(text, out var duration) && (duration >= Shortest || (allowsZero && duration == TimeSpan.Zero))
            && duration < TimeSpan.FromDays(40)
            ? duration
            : throw new StartupException($"{option} '{text}' is not a usable duration. Write it like 500ms, 15s or 2m.");
}
