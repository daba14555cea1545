using Microsoft.Extensions.Logging;

namespace EndpointMtls.Telemetry;

/// <summary>The log catalogue: 1xx configuration, 2xx realms, 3xx channels, 4xx endpoints, 5xx servers.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "The configuration has changed. Realms added: {Added}; changed: {Changed}; removed: {Removed}; left as they are: {Kept}.{Server}")]
    public static partial void ConfigurationChanged(this ILogger logger, string added, string changed, string removed, int kept, string server);

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
    public static partial void CertificatePending(this ILogger logger, string realm, string subject, string serialNumber, DateTimeOffset notBefore);

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

    [LoggerMessage(303, LogLevel.Warning, "Aborted {Count} connections with calls on them ({Reason}). {Explanation}")]
    public static partial void ConnectionsAborted(this ILogger logger, int count, ConnectionFailureReason reason, string explanation);

    [LoggerMessage(400, LogLevel.Warning, "Cannot take over the targets of realm '{Realm}' in '{Path}'; {Kept} from before stay. {Errors}")]
    public static partial void TargetFileRefused(this ILogger logger, string realm, string path, int kept, string errors);

    [LoggerMessage(401, LogLevel.Information, "Nothing is wrong any more with '{Path}', which lists targets of realm '{Realm}'.")]
    public static partial void TargetFileRecovered(this ILogger logger, string path, string realm);

    [LoggerMessage(402, LogLevel.Information, "The targets of realm '{Realm}' in '{Path}' have changed: there were {Before}, there are {After}.")]
    public static partial void TargetsChanged(this ILogger logger, string realm, string path, int before, int after);

    [LoggerMessage(403, LogLevel.Warning, "A name of realm '{Realm}' cannot be looked up; the {Count} addresses that it led to are kept. {Error}")]
    public static partial void NameFailed(this ILogger logger, string realm, int count, string error);

    [LoggerMessage(404, LogLevel.Information, "'{Name}' of realm '{Realm}' can be looked up again, and leads to {Count} addresses.")]
    public static partial void NameRecovered(this ILogger logger, string name, string realm, int count);

    [LoggerMessage(405, LogLevel.Debug, "'{Name}' of realm '{Realm}' led to {Before} addresses and now leads to {Now}.")]
    public static partial void NameChanged(this ILogger logger, string name, string realm, int before, int now);

    [LoggerMessage(406, LogLevel.Warning, "'{Address}' is found by realm '{Realm}' ({Source}) and also by realm '{Other}' ({OtherSource}); the first of them has it. Remove it from one.")]
    public static partial void AddressFoundTwice(this ILogger logger, string address, string realm, string source, string other, string otherSource);

    [LoggerMessage(407, LogLevel.Warning, "Endpoint '{Address}' of realm '{Realm}' is down. {Error}")]
    public static partial void EndpointDown(this ILogger logger, string address, string realm, string error);

    [LoggerMessage(408, LogLevel.Information, "Endpoint '{Address}' of realm '{Realm}' is up.")]
    public static partial void EndpointUp(this ILogger logger, string address, string realm);

    [LoggerMessage(410, LogLevel.Error, "Endpoint '{Address}' of realm '{Realm}' is left out until the configuration changes, or what is discovered does: no channel can be made to it. {Error}")]
    public static partial void EndpointLeftOut(this ILogger logger, string address, string realm, string error);

    [LoggerMessage(500, LogLevel.Warning, "Refused a client of realm '{Realm}' ({Reason}): {Explanation}. Not told since the last time: {Untold}.")]
    public static partial void ClientRejected(this ILogger logger, string realm, string reason, string explanation, int untold);

    [LoggerMessage(409, LogLevel.Warning, "Endpoint '{Address}' of realm '{Realm}' has left the set: it has been down for {Time}. It returns when it answers.")]
    public static partial void EndpointDropped(this ILogger logger, string address, string realm, string time);
}
