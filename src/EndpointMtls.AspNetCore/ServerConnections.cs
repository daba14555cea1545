using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.AspNetCore;

/// <summary>The connections of one place a server listens on: closes them when their time has come.</summary>
internal sealed class ServerConnections(ServerTls server, IServiceProvider services)
{
    private readonly ServerTls _server = server;
    private readonly TimeProvider _timeProvider = services.GetRequiredService<TimeProvider>();

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection, ServerHandshake handshake, ConnectionDelegate next)
    {
        _ = (_server, _timeProvider, handshake);
        await next(connection).ConfigureAwait(false);
    }
}
