using Microsoft.Extensions.Logging;

namespace EndpointMtls.AspNetCore;

/// <summary>The log events of connections to Kestrel: 51x.</summary>
internal static partial class Log
{
    [LoggerMessage(510, LogLevel.Information,
        "Rotated the certificate of realm '{Realm}'. Over the next {Window}, clients are requested to reconnect. Connections: {Count}.")]
    public static partial void ConnectionsOutdated(this ILogger logger, string realm, int count, TimeSpan window);

    [LoggerMessage(511, LogLevel.Debug, "Requested a client of realm '{Realm}' to reconnect ({Reason}).")]
    public static partial void ReconnectRequested(this ILogger logger, string realm, CloseReason reason);

    [LoggerMessage(512, LogLevel.Warning,
        "Aborted a connection of realm '{Realm}' with running calls: its client was requested to reconnect, and "
        + "'max_connection_age_grace' ({Grace}) has passed. Suppressed since the last report: {Suppressed}.")]
    public static partial void AbortedAfterGrace(this ILogger logger, string realm, TimeSpan grace, int suppressed);

    [LoggerMessage(513, LogLevel.Warning,
        "Aborted connections of realm '{Realm}': their clients are no longer trusted, and 'on_trust_removed' is 'close'. "
        + "Connections: {Count}.")]
    public static partial void UntrustedAborted(this ILogger logger, string realm, int count);
}
