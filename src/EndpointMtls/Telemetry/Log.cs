using Microsoft.Extensions.Logging;

namespace EndpointMtls.Telemetry;

/// <summary>The log catalogue: 1xx configuration, 2xx realms, 3xx channels.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "The configuration has changed. Realms added: {Added}; changed: {Changed}; removed: {Removed}; left as they are: {Kept}.")]
    public static partial void ConfigurationChanged(this ILogger logger, string added, string changed, string removed, int kept);

    [LoggerMessage(101, LogLevel.Error, "The configuration was changed and cannot be taken over; what was in force before stays. {Errors}")]
    public static partial void ConfigurationRefused(this ILogger logger, string errors);

    [LoggerMessage(102, LogLevel.Information, "The configuration is in order again, and says what is in force.")]
    public static partial void ConfigurationRecovered(this ILogger logger);

    [LoggerMessage(103, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger logger, string warning);

    [LoggerMessage(200, LogLevel.Information, "Realm '{Realm}' is plaintext: {Why}.")]
    public static partial void RealmIsPlaintext(this ILogger logger, string realm, string why);

    [LoggerMessage(201, LogLevel.Information, "Realm '{Realm}' presents {Identity}, and trusts {Anchors}.")]
    public static partial void RealmPresents(this ILogger logger, string realm, string identity, string anchors);

    [LoggerMessage(202, LogLevel.Information, "Realm '{Realm}' now presents {Identity}, and trusts {Anchors} (generation {Generation}).")]
    public static partial void RealmRotated(this ILogger logger, string realm, string identity, string anchors, int generation);

    [LoggerMessage(203, LogLevel.Warning, "Realm '{Realm}' still presents {Identity}, because its files cannot be taken over. {Errors}")]
    public static partial void ReloadFailed(this ILogger logger, string realm, string identity, string errors);

    [LoggerMessage(204, LogLevel.Information, "The files of realm '{Realm}' are in order again, and hold what is in use.")]
    public static partial void ReloadRecovered(this ILogger logger, string realm);

    [LoggerMessage(205, LogLevel.Information, "Realm '{Realm}' holds certificate '{Subject}' ({SerialNumber}) back until it becomes valid on {NotBefore:u}.")]
    public static partial void CertificateHeld(this ILogger logger, string realm, string subject, string serialNumber, DateTimeOffset notBefore);

    [LoggerMessage(206, LogLevel.Warning, "The certificate '{Subject}' ({SerialNumber}) of realm '{Realm}' expired on {NotAfter:u}; it is now {Now:u}. Renew it.")]
    public static partial void CertificateExpired(this ILogger logger, string realm, string subject, string serialNumber, DateTimeOffset notAfter, DateTimeOffset now);

    [LoggerMessage(207, LogLevel.Error, "Somebody who listens for changes of realm '{Realm}' threw an exception.")]
    public static partial void ListenerFailed(this ILogger logger, string realm, Exception exception);

    [LoggerMessage(208, LogLevel.Warning, "Realm '{Realm}' accepts any certificate of a server, because 'insecure_skip_verify' is true: connections are encrypted, but nobody knows with whom.")]
    public static partial void RealmSkipsVerification(this ILogger logger, string realm);

    [LoggerMessage(300, LogLevel.Debug, "Created the channel to '{Address}' in realm '{Realm}'.")]
    public static partial void ChannelCreated(this ILogger logger, string address, string realm);

    [LoggerMessage(301, LogLevel.Warning, "Could not connect ({Reason}). {Explanation}")]
    public static partial void ConnectionFailed(this ILogger logger, ConnectionFailureReason reason, string explanation);

    [LoggerMessage(302, LogLevel.Information, "Connected to '{Address}' in realm '{Realm}' again.")]
    public static partial void ConnectionRecovered(this ILogger logger, string address, string realm);

    [LoggerMessage(304, LogLevel.Information, "A channel takes no more calls, and those that run may finish. {Explanation}")]
    public static partial void ChannelClosed(this ILogger logger, string explanation);

    [LoggerMessage(305, LogLevel.Information, "The channel to '{Address}' has moved from realm '{From}' to realm '{To}'.")]
    public static partial void ChannelMoved(this ILogger logger, string address, string from, string to);

    [LoggerMessage(303, LogLevel.Warning, "Cut {Count} connections with calls on them ({Reason}). {Explanation}")]
    public static partial void ConnectionsCut(this ILogger logger, int count, ConnectionFailureReason reason, string explanation);
}
