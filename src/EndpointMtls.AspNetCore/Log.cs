using Microsoft.Extensions.Logging;

namespace EndpointMtls.AspNetCore;

/// <summary>The part of the log catalogue that is Kestrel's: 51x, the connections of servers.</summary>
internal static partial class Log
{
    [LoggerMessage(510, LogLevel.Information, "The certificate of realm '{Realm}' has changed: the clients of {Count} connections are asked within {Window} to connect again.")]
    public static partial void ConnectionsOutdated(this ILogger logger, string realm, int count, TimeSpan window);

    [LoggerMessage(511, LogLevel.Debug, "Asked a client of realm '{Realm}' to connect again ({Reason}).")]
    public static partial void ClientAsked(this ILogger logger, string realm, CloseReason reason);

    [LoggerMessage(512, LogLevel.Warning, "Cut a connection of realm '{Realm}' with calls on it: its client was asked to connect again, and 'max_connection_age_grace' ({Grace}) has passed. Not told since the last time: {Untold}.")]
    public static partial void CutAfterGrace(this ILogger logger, string realm, TimeSpan grace, int untold);

    [LoggerMessage(513, LogLevel.Warning, "Cut {Count} connections of realm '{Realm}': their clients would be let in no more, and 'on_trust_removed' is 'close'.")]
    public static partial void UntrustedCut(this ILogger logger, string realm, int count);
}
