using System.Collections.Concurrent;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.Proxies;

/// <summary>Calls through a proxy that reloads its configuration again and again. A reload closes connections, also new ones.</summary>
public sealed class ReloadTests
{
    private const int Reloads = 50;
    private const int Callers = 8;

    private static readonly TestCa Root = TestCa.CreateRoot("root");

    private TempFolder _folder = null!;
    private TlsOptions _tls = null!;
    private EmptyBackend _backend = null!;

    [SetUp]
    public async Task StartBackendAsync()
    {
        _folder = new TempFolder();
        _tls = _folder.WriteRealm("proxy", Root, Root.IssueServer("127.0.0.1"));
        _backend = await EmptyBackend.StartAsync();
    }

    [TearDown]
    public async Task StopBackendAsync()
    {
        await _backend.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public Task No_call_fails_while_NGINX_reloads() => CallDuringReloadsAsync(NginxProxy.StartAsync(_folder, _backend.Address, _tls));

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

    private static Task CallAsync(GrpcChannel channel) => EmptyBackend.CallAsync(channel);
}
