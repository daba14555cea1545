namespace EndpointMtls.Channels;

/// <summary>Creates the handlers that own connections.</summary>
internal static class SocketsHttpHandlerFactory
{
    public static SocketsHttpHandler Create(TimeSpan connectTimeout) => new()
    {
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = connectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,

        // A proxy would connect to the server in place of the realm, and terminate its TLS.
        UseProxy = false,
    };
}
