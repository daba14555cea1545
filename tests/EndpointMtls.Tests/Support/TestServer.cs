using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A Kestrel on a loopback port or a Unix domain socket. It records its log and counts its connections.</summary>
internal abstract class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly bool _hasPort;
    private TaskCompletionSource _change = NewChange();
    private int _opened;
    private int _closed;

    /// <param name="configure">Configures TLS.</param>
    /// <param name="addServices">Registers services.</param>
    /// <param name="map">Maps the routes.</param>
    /// <param name="protocols">The HTTP versions.</param>
    /// <param name="socket">The path of a Unix domain socket to listen on.</param>
    /// <param name="port">Otherwise, the port to listen on; 0 for any free port.</param>
    /// <param name="address">The address of the port; by default 127.0.0.1.</param>
    protected TestServer(
        Action<ListenOptions> configure,
        Action<IServiceCollection> addServices,
        Action<WebApplication> map,
        HttpProtocols protocols,
        string? socket = null,
        int port = 0,
        IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Debug)
            .AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.None);
        addServices(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (socket is null)
            {
                kestrel.Listen(address ?? IPAddress.Loopback, port, Listen);
            }
            else
            {
                kestrel.ListenUnixSocket(socket, Listen);
            }
        });
        _application = builder.Build();
        _hasPort = socket is null;
        map(_application);

        void Listen(ListenOptions listen)
        {
            listen.Protocols = protocols;
            Count(listen);
            configure(listen);
        }
    }

    public LogRecorder Logs { get; } = new();

    public IServiceProvider Services => _application.Services;

    /// <summary>The port; 0 for a Unix domain socket.</summary>
    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>The number of accepted connections, open or closed, with or without a completed TLS handshake.</summary>
    public int Connections => Volatile.Read(ref _opened);

    /// <summary>Waits until this number of connections has closed since the start.</summary>
    public Task Closed(int count) => WaitUntil(() => Volatile.Read(ref _closed) >= count);

    /// <summary>Waits until at most this number of connections is open.</summary>
    public Task Open(int count) => WaitUntil(() => Connections - Volatile.Read(ref _closed) <= count);

    public Task AllClosed() => Closed(Connections);

    /// <summary>Accepts no more connections, and waits until running calls have finished.</summary>
    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        using var immediately = new CancellationTokenSource();
        await immediately.CancelAsync();
        await _application.StopAsync(immediately.Token);
        await _application.DisposeAsync();
    }

    protected static async Task<T> StartAsync<T>(T server)
        where T : TestServer
    {
        await server._application.StartAsync();
        if (server._hasPort)
        {
            var addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
            server.Port = new Uri(addresses.Addresses.Single()).Port;
        }

        return server;
    }

    private void Count(ListenOptions listen) => listen.Use(next => async connection =>
    {
        Interlocked.Increment(ref _opened);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Increment(ref _closed);
            Interlocked.Exchange(ref _change, NewChange()).SetResult();
        }
    });

    private async Task WaitUntil(Func<bool> condition)
    {
        while (true)
        {
            var change = Volatile.Read(ref _change).Task;
            if (condition())
            {
                return;
            }

            await change.WithTimeout();
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
