namespace EndpointMtls.Channels;

/// <summary>Makes the handlers that connections belong to.</summary>
internal static class Sockets
{
    public static SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = connectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,

        // A proxy would dial in our place and end the TLS session that the realm vouches for.
        UseProxy = false,
    };
}
