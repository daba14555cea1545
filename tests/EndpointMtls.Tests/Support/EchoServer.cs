using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A real Kestrel with the Echo service, in plaintext or TLS, on a port of the system's choice.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly EchoGate _gate = new();
    private readonly SemaphoreSlim _change = new(0);
    private int _connections;
    private int _closed;

    private EchoServer(Action<ListenOptions> configure, string? socket, int port)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_gate).AddSingleton(Health);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, socket, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => async connection =>
            {
                Interlocked.Increment(ref _connections);
                await next(connection);
                Interlocked.Increment(ref _closed);
                _change.Release();
            });
            configure(listen);
        }));
        _application = builder.Build();
        _application.MapGrpcService<EchoService>();
        _application.MapGrpcService<TestHealth>();
    }

    /// <summary>What it tells of itself.</summary>
    public TestHealth Health { get; } = new();

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>How many connections were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Waits until so many connections have closed.</summary>
    public async Task Closed(int count)
    {
        while (Volatile.Read(ref _closed) < count)
        {
            await _change.WaitAsync().WithTimeout();
        }
    }

    /// <summary>Has the next unary call fail with Unavailable.</summary>
    public void FailNextCall() => _gate.FailNextCall();

    /// <summary>How many unary calls have arrived so far.</summary>
    public int Calls => _gate.Calls;

    /// <summary>Has the next unary call wait until it is released, or its client gives up.</summary>
    public EchoGate.Hold HoldNextCall() => _gate.HoldNextCall();

    /// <summary>Waits until no more connections than these are open.</summary>
    public async Task Open(int count)
    {
        while (Connections - Volatile.Read(ref _closed) > count)
        {
            await _change.WaitAsync().WithTimeout();
        }
    }

    public Task AllClosed() => Closed(Connections);

    /// <param name="port">The port it had before, to start it again; 0 for any.</param>
    public static Task<EchoServer> StartPlaintextAsync(int port = 0) => StartAsync(_ => { }, port: port);

    /// <summary>Starts a plaintext server on a Unix domain socket.</summary>
    public static Task<EchoServer> StartPlaintextAsync(string socket) => StartAsync(_ => { }, socket);

    /// <summary>Starts a TLS server on a Unix domain socket.</summary>
    public static Task<EchoServer> StartTlsAsync(string socket, TestCertificate certificate, params TestCa[] clientAuthorities) =>
        StartAsync(SecuredBy(() => CreateOptions(certificate, clientAuthorities)), socket);

    /// <summary>Starts a TLS server; with client authorities it requires a client certificate that leads to one of them.</summary>
    public static Task<EchoServer> StartTlsAsync(TestCertificate certificate, params TestCa[] clientAuthorities) =>
        StartTlsAsync(CreateOptions(certificate, clientAuthorities));

    public static Task<EchoServer> StartTlsAsync(SslServerAuthenticationOptions options) =>
        StartTlsAsync(() => options);

    /// <summary>Starts a TLS server that asks for its options at each handshake.</summary>
    /// <param name="options">Asked at each handshake.</param>
    /// <param name="port">The port it had before, to start it again; 0 for any.</param>
    public static Task<EchoServer> StartTlsAsync(Func<SslServerAuthenticationOptions> options, int port = 0) =>
        StartAsync(SecuredBy(options), port: port);

    public static SslServerAuthenticationOptions CreateOptions(TestCertificate certificate, params TestCa[] clientAuthorities)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.ToContext(),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = clientAuthorities.Length > 0,
        };
        if (clientAuthorities.Length > 0)
        {
            options.CertificateChainPolicy = Trust(clientAuthorities);
            options.CertificateChainPolicy.ApplicationPolicy.Add(TestCa.ClientAuthentication);
        }

        return options;
    }

    public static X509ChainPolicy Trust(params TestCa[] authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities.Select(authority => authority.Certificate).ToArray());
        return policy;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private static Action<ListenOptions> SecuredBy(Func<SslServerAuthenticationOptions> options) =>
        listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(options()) });

    private static void Listen(KestrelServerOptions kestrel, string? socket, int port, Action<ListenOptions> configure)
    {
        if (socket is null)
        {
            kestrel.Listen(IPAddress.Loopback, port, configure);
        }
        else
        {
            kestrel.ListenUnixSocket(socket, configure);
        }
    }

    private static async Task<EchoServer> StartAsync(Action<ListenOptions> configure, string? socket = null, int port = 0)
    {
        var server = new EchoServer(configure, socket, port);
        await server._application.StartAsync();
        if (socket is null)
        {
            var addresses = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            server.Port = new Uri(addresses.Addresses.Single()).Port;
        }

        return server;
    }
}
