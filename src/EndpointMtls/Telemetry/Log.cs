using Microsoft.Extensions.Logging;

namespace EndpointMtls.Telemetry;

/// <summary>The log catalogue: 2xx realms, 3xx channels.</summary>
internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Information, "Realm '{Realm}' is plaintext: it has no 'tls_config'.")]
    public static partial void RealmIsPlaintext(this ILogger logger, string realm);

    [LoggerMessage(201, LogLevel.Information, "Realm '{Realm}' presents certificate '{Subject}' ({SerialNumber}), valid until {NotAfter:u}, and trusts {Anchors}.")]
    public static partial void RealmPresents(this ILogger logger, string realm, string subject, string serialNumber, DateTimeOffset notAfter, string anchors);

    [LoggerMessage(202, LogLevel.Information, "Realm '{Realm}' presents no certificate, and trusts {Anchors}.")]
    public static partial void RealmPresentsNothing(this ILogger logger, string realm, string anchors);

    [LoggerMessage(300, LogLevel.Debug, "Created the channel to '{Address}' in realm '{Realm}'.")]
    public static partial void ChannelCreated(this ILogger logger, string address, string realm);

    [LoggerMessage(301, LogLevel.Warning, "Could not connect ({Reason}). {Explanation}")]
    public static partial void ConnectionFailed(this ILogger logger, ConnectionFailureReason reason, string explanation);

    [LoggerMessage(302, LogLevel.Information, "Connected to '{Address}' in realm '{Realm}' again.")]
    public static partial void ConnectionRecovered(this ILogger logger, string address, string realm);
}
