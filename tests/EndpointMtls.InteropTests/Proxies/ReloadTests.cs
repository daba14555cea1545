using System.Collections.Concurrent;
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
    private TlsOptions _tls = null!;
    private Backend _backend = null!;

    [SetUp]
    public async Task StartBackendAsync()
    {
        _folder = new TempFolder();
        _tls = _folder.WriteRealm("proxy", Root, Root.IssueServer("127.0.0.1"));
        _backend = await Backend.StartAsync();
    }

    [TearDown]
    public async Task StopBackendAsync()
    {
        await _backend.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public Task No_call_fails_while_NGINX_reloads() => CallDuringReloadsAsync(ProxyProcess.StartAsync("nginx", port => ["-p", _folder[""], "-c", _folder.Write("nginx.conf", $$"""
        daemon off;
        pid nginx.pid;
        error_log stderr;
        worker_processes 2;
        events {}
        http {
          access_log off;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 127.0.0.1:{{port}} ssl http2;
            ssl_certificate {{_tls.CertFile}};
            ssl_certificate_key {{_tls.KeyFile}};
            ssl_protocols TLSv1.2 TLSv1.3;
            location / { grpc_pass grpc://{{_backend.Address}}; }
          }
        }
        """)]));

    [Test]
    public Task No_call_fails_while_nghttpx_reloads() =>
        CallDuringReloadsAsync(ProxyProcess.TerminateTlsAsync("nghttpx", _folder, _backend.Address, _tls));

    private async Task CallDuringReloadsAsync(Task<ProxyProcess> starting)
    {
        await using var proxy = await starting;
        await using var services = new ServiceCollection().AddEndpointMtls(options => options.Realms.Add(new RealmOptions
        {
            Name = "realm",
            TlsConfig = new TlsOptions { CaFile = { _tls.CaFile[0] } },
            Endpoints = { proxy.Address },
        })).BuildServiceProvider();
        var channel = services.GetRequiredService<IEndpointChannelFactory>().GetChannel(proxy.Address);
        await CallAsync(channel);
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
            await Signals.HangUpAsync(proxy.Id);
            (await Eventually.Async(() => Task.FromResult(calls), seen => seen > before + 200)).Should().BeGreaterThan(before + 200);
        }

        await end.CancelAsync();
        await Task.WhenAll(callers);
        failures.Should().BeEmpty($"{calls} calls were made");
    }

    private static async Task CallAsync(GrpcChannel channel) =>
        await channel.CreateCallInvoker().AsyncUnaryCall(
            Method, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(20)), []);

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
