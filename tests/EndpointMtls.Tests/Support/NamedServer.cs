using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Support;

/// <summary>A TLS server with the Echo service on an address of the test. It records the names that clients use for it.</summary>
internal sealed class NamedServer : TestServer
{
    private NamedServer(
        IPAddress address, int port, SslServerAuthenticationOptions tls, ConcurrentQueue<string> serverNames, ConcurrentQueue<string> authorities)
        : base(
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = handshake =>
                {
                    serverNames.Enqueue(handshake.ClientHelloInfo.ServerName);
                    return ValueTask.FromResult(tls);
                },
            }),
            services => services.AddGrpc(),
            application =>
            {
                application.Use((HttpContext context, RequestDelegate next) =>
                {
                    authorities.Enqueue(context.Request.Host.Value!);
                    return next(context);
                });
                application.MapGrpcService<EchoService>();
            },
            HttpProtocols.Http2,
            port: port,
            address: address) =>
        (ServerNames, Authorities) = (serverNames, authorities);

    /// <summary>The authority of each call.</summary>
    public ConcurrentQueue<string> Authorities { get; }

    /// <summary>The server name (SNI) of each handshake.</summary>
    public ConcurrentQueue<string> ServerNames { get; }

    public static Task<NamedServer> StartAsync(IPAddress address, SslServerAuthenticationOptions tls, int port = 0) =>
        StartAsync(new NamedServer(address, port, tls, new(), new()));
}
