using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Channels;

/// <summary>Creates the handlers that own connections.</summary>
internal static class SocketsHttpHandlerFactory
{
    // ConnectionActivity is to find the timeout first. The exception of the handler would have no reason and the status Internal.
    private static readonly TimeSpan PingTimeoutMargin = TimeSpan.FromSeconds(5);

    /// <summary>Creates a handler that sends requests.</summary>
    /// <param name="connectTimeout">How long a connection attempt may take.</param>
    /// <param name="settings">The settings of the connections.</param>
    /// <param name="pingInterval">How often pings are sent; <see langword="null"/> for never.</param>
    public static SocketsHttpHandler Create(TimeSpan connectTimeout, ChannelDefinition settings, TimeSpan? pingInterval)
    {
        var handler = Create(connectTimeout);
        handler.KeepAlivePingDelay = pingInterval ?? Timeout.InfiniteTimeSpan;
        handler.KeepAlivePingTimeout = settings.KeepaliveTimeout + PingTimeoutMargin;
        handler.KeepAlivePingPolicy =
            settings.KeepaliveWithoutCalls ? HttpKeepAlivePingPolicy.Always : HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.PooledConnectionIdleTimeout = settings.IdleTimeout ?? Timeout.InfiniteTimeSpan;
        return handler;
    }

    /// <summary>Creates a handler that sends no requests.</summary>
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
