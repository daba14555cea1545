using Microsoft.Extensions.Logging;

namespace EndpointMtls.Telemetry;

/// <summary>All log events, by id: 1xx configuration, 2xx realms, 3xx channels, 4xx endpoints, 5xx servers.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information,
        "Applied a changed configuration. Realms added: {Added}; changed: {Changed}; removed: {Removed}; unchanged: {Unchanged}."
        + "{OtherChanges}")]
    public static partial void ConfigurationApplied(
        this ILogger logger, string added, string changed, string removed, int unchanged, string otherChanges);

    [LoggerMessage(101, LogLevel.Error, "Rejected a changed configuration; the last valid one stays in use. {Errors}")]
    public static partial void ConfigurationRejected(this ILogger logger, string errors);

    [LoggerMessage(102, LogLevel.Information, "The configuration is valid again, and is the one in use.")]
    public static partial void ConfigurationRecovered(this ILogger logger);

    [LoggerMessage(103, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(this ILogger logger, string warning);

    [LoggerMessage(104, LogLevel.Information, "Waiting for files that are not written yet, for at most {Timeout}. {Files}")]
    public static partial void StartupWaitStarted(this ILogger logger, string timeout, string files);

    [LoggerMessage(105, LogLevel.Information, "All files are usable now, after a wait of {Elapsed}.")]
    public static partial void StartupWaitEnded(this ILogger logger, string elapsed);

    [LoggerMessage(200, LogLevel.Information, "Realm '{Realm}' is plaintext: {Reason}.")]
    public static partial void RealmIsPlaintext(this ILogger logger, string realm, string reason);

    [LoggerMessage(201, LogLevel.Information, "Realm '{Realm}' presents {Certificate}, and trusts {TrustAnchors}.")]
    public static partial void CertificatesLoaded(this ILogger logger, string realm, string certificate, string trustAnchors);

    [LoggerMessage(202, LogLevel.Information,
        "Rotated realm '{Realm}' to generation {Generation}: it presents {Certificate}, and trusts {TrustAnchors}.")]
    public static partial void CertificatesRotated(
        this ILogger logger, string realm, string certificate, string trustAnchors, int generation);

    [LoggerMessage(203, LogLevel.Warning, "Rejected the changed files of realm '{Realm}'; it still presents {Certificate}. {Errors}")]
    public static partial void CertificatesRejected(this ILogger logger, string realm, string certificate, string errors);

    [LoggerMessage(204, LogLevel.Information, "The files of realm '{Realm}' are valid again, and hold the certificates in use.")]
    public static partial void CertificatesRecovered(this ILogger logger, string realm);

    [LoggerMessage(205, LogLevel.Information,
        "The certificate '{Subject}' ({SerialNumber}) of realm '{Realm}' is pending: it becomes valid on {NotBefore:u}.")]
    public static partial void CertificatePending(
        this ILogger logger, string realm, string subject, string serialNumber, DateTimeOffset notBefore);

    [LoggerMessage(206, LogLevel.Warning,
        "The {What} '{Subject}' ({SerialNumber}) of realm '{Realm}' expired on {NotAfter:u}; it is now {Now:u}. {Fix}.")]
    public static partial void CertificateExpired(
        this ILogger logger,
        string realm,
        string what,
        string subject,
        string serialNumber,
        DateTimeOffset notAfter,
        DateTimeOffset now,
        string fix);

    [LoggerMessage(207, LogLevel.Error, "A change-token callback of realm '{Realm}' threw an exception.")]
    public static partial void ChangeCallbackFailed(this ILogger logger, string realm, Exception exception);

    [LoggerMessage(208, LogLevel.Warning,
        "Realm '{Realm}' accepts any server certificate, because 'insecure_skip_verify' is true. Connections are encrypted, "
        + "but servers are not authenticated.")]
    public static partial void RealmSkipsVerification(this ILogger logger, string realm);

    [LoggerMessage(209, LogLevel.Warning,
        "Realm '{Realm}' accepts weak certificates, which can be forged, because 'allow_weak_certificates' is true.")]
    public static partial void RealmAllowsWeakCertificates(this ILogger logger, string realm);

    [LoggerMessage(210, LogLevel.Warning, "The files of realm '{Realm}' can be used, but: {Warning}")]
    public static partial void FilesWarning(this ILogger logger, string realm, string warning);

    [LoggerMessage(211, LogLevel.Information,
        "The CRLs of realm '{Realm}' changed. CRLs: {Count}; revoked certificates: {Revoked}.")]
    public static partial void RevocationListsChanged(this ILogger logger, string realm, int count, int revoked);

    [LoggerMessage(212, LogLevel.Warning,
        "The CRL of '{Issuer}' in realm '{Realm}' expired on {NextUpdate:u}; it is now {Now:u}. {Effect}. Replace it by a current one.")]
    public static partial void RevocationListExpired(
        this ILogger logger, string realm, string issuer, DateTimeOffset nextUpdate, DateTimeOffset now, string effect);

    [LoggerMessage(213, LogLevel.Information,
        "The {What} '{Subject}' ({SerialNumber}) of realm '{Realm}' is in the last third of its validity period, which ends on "
        + "{NotAfter:u}.")]
    public static partial void CertificateInLastThird(
        this ILogger logger, string realm, string what, string subject, string serialNumber, DateTimeOffset notAfter);

    [LoggerMessage(214, LogLevel.Warning,
        "The {What} '{Subject}' ({SerialNumber}) of realm '{Realm}' expires on {NotAfter:u}, in {Left}. {Fix}.")]
    public static partial void CertificateExpiresSoon(
        this ILogger logger,
        string realm,
        string what,
        string subject,
        string serialNumber,
        DateTimeOffset notAfter,
        string left,
        string fix);

    [LoggerMessage(300, LogLevel.Debug, "Created the channel to '{Address}' in realm '{Realm}'.")]
    public static partial void ChannelCreated(this ILogger logger, string address, string realm);

    [LoggerMessage(301, LogLevel.Warning, "Could not connect ({Reason}). {Explanation}")]
    public static partial void ConnectionFailed(this ILogger logger, ConnectionFailureReason reason, string explanation);

    [LoggerMessage(302, LogLevel.Information, "Connected to '{Address}' in realm '{Realm}' again.")]
    public static partial void ConnectionRecovered(this ILogger logger, string address, string realm);

    [LoggerMessage(303, LogLevel.Warning, "Aborted connections with running calls: {Count} ({Reason}). {Explanation}")]
    public static partial void ConnectionsAborted(this ILogger logger, int count, ConnectionFailureReason reason, string explanation);

    [LoggerMessage(304, LogLevel.Information, "Closed a channel: running calls may finish, and new calls fail. {Explanation}")]
    public static partial void ChannelClosed(this ILogger logger, string explanation);

    [LoggerMessage(305, LogLevel.Information, "Moved the channel of '{Address}' from realm '{From}' to realm '{To}'.")]
    public static partial void ChannelMoved(this ILogger logger, string address, string from, string to);

    [LoggerMessage(306, LogLevel.Warning, "A connection is silent. {Explanation}")]
    public static partial void ConnectionStalled(this ILogger logger, string explanation);

    [LoggerMessage(307, LogLevel.Warning,
        "'{Address}' in realm '{Realm}' closed a connection because of too many HTTP/2 pings, which were sent every {Interval}. New "
        + "connections send them every {Longer}. Increase 'keepalive_time', or let the server permit them.")]
    public static partial void PingsRejected(this ILogger logger, string address, string realm, string interval, string longer);

    [LoggerMessage(308, LogLevel.Warning,
        "A caller disposed the shared channel to '{Address}' in realm '{Realm}'. Calls on it fail for all callers; the next GetChannel "
        + "returns another channel. Do not dispose channels of the factory or of the endpoint set: remove 'using' or the call of Dispose.")]
    public static partial void ChannelDisposed(this ILogger logger, string address, string realm);

    [LoggerMessage(309, LogLevel.Error,
        "Connections with the new certificates fail ({Reason}). Calls stay on earlier ones{Limit}, and the new ones are tried again. "
        + "{Explanation}")]
    public static partial void RotationFailed(this ILogger logger, ConnectionFailureReason reason, string limit, string explanation);

    [LoggerMessage(310, LogLevel.Information, "Connections to '{Address}' in realm '{Realm}' work with the new certificates now.")]
    public static partial void RotationRecovered(this ILogger logger, string address, string realm);

    [LoggerMessage(311, LogLevel.Debug, "Calls to '{Address}' in realm '{Realm}' use connections with the new certificates.")]
    public static partial void ChannelRotated(this ILogger logger, string address, string realm);

    [LoggerMessage(312, LogLevel.Warning,
        "The certificate that '{Address}' in realm '{Realm}' presents expires on {NotAfter:u}, in {Left}. After that, connections to it "
        + "fail. Its operator must renew it.")]
    public static partial void ServerCertificateExpiresSoon(
        this ILogger logger, string address, string realm, DateTimeOffset notAfter, string left);

    [LoggerMessage(400, LogLevel.Warning,
        "Could not load the targets of '{Path}' of realm '{Realm}'. Earlier targets that stay in use: {Kept}. {Errors}")]
    public static partial void TargetFileFailed(this ILogger logger, string realm, string path, int kept, string errors);

    [LoggerMessage(401, LogLevel.Information, "Loaded the targets of '{Path}' of realm '{Realm}' again.")]
    public static partial void TargetFileRecovered(this ILogger logger, string path, string realm);

    [LoggerMessage(402, LogLevel.Information, "Targets of '{Path}' of realm '{Realm}' changed. Targets: {After}; before: {Before}.")]
    public static partial void TargetsChanged(this ILogger logger, string realm, string path, int before, int after);

    [LoggerMessage(403, LogLevel.Warning, "A DNS lookup of realm '{Realm}' failed. Earlier addresses that stay in use: {Kept}. {Error}")]
    public static partial void NameLookupFailed(this ILogger logger, string realm, int kept, string error);

    [LoggerMessage(404, LogLevel.Information, "DNS lookups of '{Name}' of realm '{Realm}' succeed again. Addresses: {Count}.")]
    public static partial void NameLookupRecovered(this ILogger logger, string name, string realm, int count);

    [LoggerMessage(405, LogLevel.Debug, "DNS name '{Name}' of realm '{Realm}' changed. Addresses: {After}; before: {Before}.")]
    public static partial void AddressesChanged(this ILogger logger, string name, string realm, int before, int after);

    [LoggerMessage(406, LogLevel.Warning,
        "Two realms have the address '{Address}': '{Realm}' (from {Source}), which is used, and '{Other}' (from {OtherSource}). "
        + "Remove it from one of them.")]
    public static partial void AddressConflict(
        this ILogger logger, string address, string realm, string source, string other, string otherSource);

    [LoggerMessage(407, LogLevel.Warning, "Endpoint '{Address}' of realm '{Realm}' is unhealthy. {Error}")]
    public static partial void EndpointUnhealthy(this ILogger logger, string address, string realm, string error);

    [LoggerMessage(408, LogLevel.Information, "Endpoint '{Address}' of realm '{Realm}' is healthy.")]
    public static partial void EndpointHealthy(this ILogger logger, string address, string realm);

    [LoggerMessage(409, LogLevel.Warning,
        "Endpoint '{Address}' of realm '{Realm}' left the set: no probe has succeeded for {Duration}. It returns when one succeeds.")]
    public static partial void EndpointLeft(this ILogger logger, string address, string realm, string duration);

    [LoggerMessage(410, LogLevel.Error,
        "Could not create the channel of endpoint '{Address}' of realm '{Realm}'. The endpoint is not in the set until the configuration "
        + "or discovery changes. {Error}")]
    public static partial void ChannelCreationFailed(this ILogger logger, string address, string realm, string error);

    [LoggerMessage(411, LogLevel.Warning, "A DNS lookup of realm '{Realm}' found no addresses. Addresses that leave: {Removed}. {Error}")]
    public static partial void NameWithoutAddresses(this ILogger logger, string realm, int removed, string error);

    [LoggerMessage(412, LogLevel.Warning,
        "A part of '{Source}' of realm '{Realm}' is left out. Targets in use: {Count}. {Errors}")]
    public static partial void TargetsLeftOut(this ILogger logger, string source, string realm, int count, string errors);

    [LoggerMessage(500, LogLevel.Warning,
        "Rejected a client of realm '{Realm}' ({Reason}): {Explanation}. Suppressed since the last report: {Suppressed}.")]
    public static partial void ClientRejected(this ILogger logger, string realm, string reason, string explanation, int suppressed);
}
