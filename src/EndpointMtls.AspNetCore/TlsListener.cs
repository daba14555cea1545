using System.Net.Security;
using System.Security.Cryptography;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EndpointMtls.AspNetCore;

/// <summary>Performs the TLS handshakes of one endpoint of Kestrel.</summary>
internal sealed class TlsListener(ServerTls server, IServiceProvider services)
{
    private readonly ServerConnections _connections = new(server, services);

    public ListenOptions Secure(ListenOptions listenOptions)
    {
        RejectHttp3(listenOptions);
        listenOptions.Use(next => connection => AuthenticateAsync(connection, next));
        listenOptions.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context => PrepareAsync(context, listenOptions.Protocols),
        });
        listenOptions.Use(next =>
        {
            // Kestrel starts to listen now. The protocols can no longer change.
            RejectHttp3(listenOptions);
            return connection => ServeAsync(connection, next);
        });
        return listenOptions;
    }

    private static void RejectHttp3(ListenOptions listenOptions)
    {
        if (listenOptions.Protocols.HasFlag(HttpProtocols.Http3))
        {
            throw new NotSupportedException(
                "UseEndpointMtls does not support HTTP/3, because it cannot close HTTP/3 connections. "
                + "Set 'Protocols' to Http1AndHttp2, Http2 or Http1.");
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

    // The runtime throws if it cannot build a chain, for example one of 150 certificates. Kestrel would log that as its own error.
    private async Task AuthenticateAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        catch (CryptographicException exception) when (connection.Features.Get<TlsListener>() == this)
        {
            connection.Features.GetRequiredFeature<ServerHandshake>().ReportUnverifiableClient(exception);
            connection.Abort();
        }
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // Kestrel skips its handshake if an earlier one exists. A client that other rules accepted must not be served.
        if (connection.Features.Get<TlsListener>() != this)
        {
            throw new InvalidOperationException(
                "UseEndpointMtls was called twice for one endpoint, or after UseHttps, and only the first call would apply. Call it once; "
                + "a call in ConfigureEndpointDefaults counts as well.");
        }

        // The handshake is over: an exception from now on is not one of it.
        connection.Features.Set<TlsListener>(null);
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
