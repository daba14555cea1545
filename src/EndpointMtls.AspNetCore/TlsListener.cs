using System.Net.Security;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EndpointMtls.AspNetCore;

/// <summary>Makes the handshakes of one place Kestrel listens on.</summary>
internal sealed class TlsListener(ServerTls server, IServiceProvider services)
{
    private readonly ServerConnections _connections = new(server, services);

    public ListenOptions Secure(ListenOptions listenOptions)
    {
        RefuseHttp3(listenOptions);
        listenOptions.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = context => PrepareAsync(context, listenOptions.Protocols) });
        listenOptions.Use(next =>
        {
            // Now Kestrel begins to listen, and nobody can add to the protocols any more.
            RefuseHttp3(listenOptions);
            return connection => ServeAsync(connection, next);
        });
        return listenOptions;
    }

    private static void RefuseHttp3(ListenOptions listenOptions)
    {
        if (listenOptions.Protocols.HasFlag(HttpProtocols.Http3))
        {
            throw new NotSupportedException("UseEndpointMtls does not secure HTTP/3, whose connections it cannot close. Set 'Protocols' to Http1AndHttp2 or less.");
        }
    }

    private async ValueTask<SslServerAuthenticationOptions> PrepareAsync(TlsHandshakeCallbackContext context, HttpProtocols protocols)
    {
        var handshake = await server.PrepareHandshakeAsync(context.CancellationToken).ConfigureAwait(false);
        context.Connection.Features.Set(handshake);
        context.Connection.Features.Set(this);
        handshake.Options.ApplicationProtocols = [.. ProtocolsOf(protocols)];
        return handshake.Options;
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // Kestrel makes no handshake where one was made already: who was let in by other rules must not be served by these.
        if (connection.Features.Get<TlsListener>() != this)
        {
            throw new InvalidOperationException(
                "UseEndpointMtls was called twice for one place to listen on, or after UseHttps, and only the first would count. Call it once; ConfigureEndpointDefaults counts as well.");
        }

        var handshake = connection.Features.GetRequiredFeature<ServerHandshake>();
        if (handshake.Client is { } client)
        {
            connection.Features.Set(client);
            connection.Features.Set(new ClientClaims(client));
        }

        await _connections.ServeAsync(connection, handshake, next).ConfigureAwait(false);
    }

    private static IEnumerable<SslApplicationProtocol> ProtocolsOf(HttpProtocols protocols)
    {
        if (protocols.HasFlag(HttpProtocols.Http2))
        {
            yield return SslApplicationProtocol.Http2;
        }

        if (protocols.HasFlag(HttpProtocols.Http1))
        {
            yield return SslApplicationProtocol.Http11;
        }
    }
}
