using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.Proxies;

/// <summary>Calls through a proxy that reloads its configuration again and again. A reload closes connections, also new ones.</summary>
public sealed class ReloadTests
{
    private const int Reloads = 50;
    private const int Callers = 8;

    private static readonly TestCa Root = TestCa.CreateRoot("root");
    private static readonly Method<byte[], byte[]> Method = new(
        MethodType.Unary, "test", "Call", Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(bytes => bytes, bytes => bytes));

    private TempFolder _folder = null!;
    private Backend _backend = null!;
    private int _port;

    [SetUp]
    public async Task StartBackendAsync()
    {
        _folder = new TempFolder();
        var certificate = Root.IssueServer("127.0.0.1");
        _folder.Write("server.crt", certificate.ChainPem);
        _folder.Write("server.key", certificate.KeyPem);
        _folder.Write("root.crt", Root.Pem);
        _backend = await Backend.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [TearDown]
    public async Task StopBackendAsync()
    {
        await _backend.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public Task No_call_fails_while_NGINX_reloads() => CallDuringReloadsAsync("nginx", "-HUP", ["-p", _folder[""], "-c", _folder.Write("nginx.conf", $$"""
        daemon off;
        pid nginx.pid;
        error_log stderr;
        worker_processes 2;
        events {}
        http {
          access_log off;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 127.0.0.1:{{_port}} ssl http2;
            ssl_certificate server.crt;
            ssl_certificate_key server.key;
            ssl_protocols TLSv1.2 TLSv1.3;
            location / { grpc_pass grpc://{{_backend.Address}}; }
          }
        }
        """)]);

    [Test]
    public Task No_call_fails_while_nghttpx_reloads() => CallDuringReloadsAsync("nghttpx", "-HUP", [$"--conf={_folder.Write("nghttpx.conf", $"""
        frontend=127.0.0.1,{_port}
        backend={_backend.Address.Replace(':', ',')};;proto=h2
        private-key-file={_folder["server.key"]}
        certificate-file={_folder["server.crt"]}
        no-ocsp=yes
        errorlog-file=/dev/stderr
        """)}"]);

    private async Task CallDuringReloadsAsync(string program, string signal, string[] arguments)
    {
        await using var proxy = ChildProcess.StartPeer(program, arguments);
        await using var services = new ServiceCollection().AddEndpointMtls(options => options.Realms.Add(new RealmOptions
        {
            Name = "realm",
            TlsConfig = new TlsOptions { CaFile = { _folder["root.crt"] } },
            Endpoints = { $"127.0.0.1:{_port}" },
        })).BuildServiceProvider();
        var channel = services.GetRequiredService<IEndpointChannelFactory>().GetChannel($"127.0.0.1:{_port}");
        await CallAsync(channel, waitForReady: true);
        var failures = new ConcurrentQueue<Exception>();
        using var end = new CancellationTokenSource();
        var calls = 0;
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await CallAsync(channel);
                    Interlocked.Increment(ref calls);
                }
                catch (RpcException exception)
                {
                    failures.Enqueue(exception);
                }
            }
        })).ToList();

        for (var reload = 0; reload < Reloads; reload++)
        {
            var before = Volatile.Read(ref calls);
            await Signals.SendAsync(signal, proxy.Process.Id);
            await Eventually.Async(() => Task.FromResult(calls), seen => seen > before + 200);
        }

        await end.CancelAsync();
        await Task.WhenAll(callers);
        failures.Should().BeEmpty($"{calls} calls were made");
    }

    private static async Task CallAsync(GrpcChannel channel, bool waitForReady = false) =>
        await channel.CreateCallInvoker().AsyncUnaryCall(
            Method, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(20)).WithWaitForReady(waitForReady), []);

    /// <summary>A plaintext Kestrel that responds to every call with an empty message.</summary>
    private sealed class Backend() : TestServer(
        _ => { },
        services => services.Configure<KestrelServerOptions>(options => options.AllowAlternateSchemes = true),
        application => application.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }),
        HttpProtocols.Http2)
    {
        public static Task<Backend> StartAsync() => StartAsync(new Backend());
    }
}
