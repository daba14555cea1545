using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>How an endpoint set starts and stops with its host.</summary>
public sealed class EndpointSetHostTests
{
    private LogRecorder _logs = null!;

    [SetUp]
    public void Begin() => _logs = new LogRecorder();

    [TearDown]
    public void End() => _logs.Dispose();

    [Test]
    public async Task Probes_start_with_the_host_although_the_set_is_not_used()
    {
        var probe = new ScriptedProbe(_ => Task.FromResult<object?>(null));
        using var host = CreateHost(probe, "10.0.0.1:1");
        await host.StartAsync().WithTimeout();

        await probe.WhenCalled(times: 1).WithTimeout();

        await host.StopAsync().WithTimeout();
    }

    [Test]
    public async Task The_host_does_not_start_if_a_channel_cannot_be_created()
    {
        var probe = new ScriptedProbe(_ => Task.FromResult<object?>(null));
        using var host = CreateHost(probe, options => options.ConfigureChannel = (_, _) => throw new InvalidOperationException("not today"), "10.0.0.1:1");
        var failure = await FluentActions.Awaiting(() => host.StartAsync().WithTimeout()).Should().ThrowAsync<InvalidOperationException>();
        failure.Which.Message.Should().Be("not today");
        probe.Count.Should().Be(0);
    }

    [Test]
    public async Task The_host_stops_at_once_while_probes_and_lookups_hang_and_logs_no_errors()
    {
        using var dns = new LoopbackDnsServer();
        using var folder = new TempFolder();
        dns.OnAny(DnsReaction.Silence);
        var probe = new ScriptedProbe(_ => new TaskCompletionSource<object?>().Task);
        var file = folder.Write("targets.json", """[{"targets":["10.0.0.3:1","dns+more.example:1"]}]""");
        var host = CreateHost(probe, options =>
        {
            options.Realms[0].EndpointsSdFiles.Add(new FileSdOptions { Files = { file } });
            options.Realms.Add(new RealmOptions { Name = "group", Group = true, Endpoints = { "dns+group.example:1" } });
        }, "10.0.0.1:1", "dns+stores.example:1");
        host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<EndpointSetOptions>>().Value.NameServers.Add(dns.Endpoint.ToString());
        await host.StartAsync().WithTimeout();
        await probe.WhenCalled(times: 3).WithTimeout();
        await dns.WaitForQueryAsync("stores.example").WithTimeout();
        await dns.WaitForQueryAsync("group.example").WithTimeout();
        var set = host.Services.GetRequiredService<IEndpointSet>();

        await host.StopAsync().WithTimeout();
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().WithTimeout();

        set.Current.Endpoints.Should().BeEmpty();
        _logs.Entries.Where(entry => entry.Level >= LogLevel.Warning).Should().BeEmpty();
    }

    [Test]
    public async Task A_probe_whose_cancellation_callback_throws_or_blocks_does_not_delay_the_removal_of_endpoints()
    {
        using var release = new ManualResetEventSlim();
        var source = new LiveOptions();
        source.Set(new RealmOptions { Name = "a", Endpoints = { "10.0.0.1:1", "10.0.0.2:1" } });
        var probed = new SemaphoreSlim(0);
        await using var services = new TestServices(add =>
        {
            add.AddSingleton<IEndpointProbe>(new BadProbe(probed, release));
            source.AddTo(add);
            add.AddEndpointSet();
        });
        var set = services.Get<IEndpointSet>();
        await probed.WaitAsync().WithTimeout();
        await probed.WaitAsync().WithTimeout();
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = Microsoft.Extensions.Primitives.ChangeToken.OnChange(set.GetChangeToken, () =>
        {
            if (set.Current.Endpoints is [{ Address: "10.0.0.3:1" }])
                removed.TrySetResult();
        });

        source.Set(new RealmOptions { Name = "a", Endpoints = { "10.0.0.3:1" } });

        await removed.Task.WithTimeout();
        release.Set();
    }

    private IHost CreateHost(IEndpointProbe probe, params string[] endpoints) => CreateHost(probe, _ => { }, endpoints);

    private IHost CreateHost(IEndpointProbe probe, Action<EndpointMtlsOptions> configure, params string[] endpoints)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(_logs).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton(probe).AddEndpointSet().AddEndpointMtls(options =>
        {
            var realm = new RealmOptions { Name = "a" };
            Array.ForEach(endpoints, realm.Endpoints.Add);
            options.Realms.Add(realm);
            configure(options);
        });
        return builder.Build();
    }

    private sealed class BadProbe(SemaphoreSlim probed, ManualResetEventSlim release) : IEndpointProbe
    {
        public Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
        {
            cancellationToken.Register(() =>
            {
                if (endpoint.Address == "10.0.0.2:1")
                    release.Wait();
                throw new InvalidOperationException("thrown by the probe");
            });
            probed.Release();
            return new TaskCompletionSource<object?>().Task;
        }
    }
}
