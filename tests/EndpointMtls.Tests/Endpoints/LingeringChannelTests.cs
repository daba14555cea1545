using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>The channels of endpoints that have left the set. Uses a fake clock.</summary>
public sealed class LingeringChannelTests : EndpointSetFixture
{
    private TestTimeProvider _time = null!;

    [SetUp]
    public void Begin()
    {
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Options.UnhealthyTimeout = TimeSpan.FromMinutes(5);

        // Nothing is probed, so only lookups have timers of a few seconds.
        Options.ProbeInterval = TimeSpan.FromHours(1);
    }

    [Test]
    public async Task A_channel_stays_usable_for_the_linger_time_and_is_then_closed()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Run(Unprobed($"dns+stores.example:{server.Port}"));
        var channel = (await AfterNextLookup(set => set.Endpoints.Count == 1)).Endpoints[0].Channel;
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        Dns.SetHost("stores.example");
        await AfterNextLookup(set => set.Endpoints.Count == 0);
        await CallAsync(channel);
        _time.Advance(TimeSpan.FromMinutes(4));
        await CallAsync(channel);

        _time.Advance(TimeSpan.FromMinutes(2));
        var failure = EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!)!;
        failure.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
        failure.Message.Should().BeApproved();
        await ExchangeAsync(running);
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await server.AllClosed();
    }

    [Test]
    public async Task An_endpoint_that_returns_in_time_keeps_its_channel_and_its_connection()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Run(Unprobed($"dns+stores.example:{server.Port}"));
        var channel = (await AfterNextLookup(set => set.Endpoints.Count == 1)).Endpoints[0].Channel;
        await CallAsync(channel);

        for (var round = 0; round < 5; round++)
        {
            Dns.SetHost("stores.example");
            await AfterNextLookup(set => set.Endpoints.Count == 0);
            Dns.SetHost("stores.example", "127.0.0.1");
            (await AfterNextLookup(set => set.Endpoints.Count == 1)).Endpoints[0].Channel.Should().BeSameAs(channel);
        }

        _time.Advance(TimeSpan.FromMinutes(10));
        await CallAsync(channel);
        server.Connections.Should().Be(1);
    }

    [Test]
    public async Task The_linger_time_starts_again_each_time_an_endpoint_leaves()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Run(Unprobed($"dns+stores.example:{server.Port}"));
        var channel = (await AfterNextLookup(set => set.Endpoints.Count == 1)).Endpoints[0].Channel;
        Dns.SetHost("stores.example");
        await AfterNextLookup(set => set.Endpoints.Count == 0);
        _time.Advance(TimeSpan.FromMinutes(4));
        Dns.SetHost("stores.example", "127.0.0.1");
        await AfterNextLookup(set => set.Endpoints.Count == 1);
        Dns.SetHost("stores.example");
        await AfterNextLookup(set => set.Endpoints.Count == 0);

        _time.Advance(TimeSpan.FromMinutes(4));

        await CallAsync(channel);
    }

    [Test]
    public async Task Flapping_names_leak_no_channels_and_no_timers()
    {
        Dns.SetHost("stores.example");
        Run(Unprobed("dns+stores.example:443"));
        await AfterNextLookup(set => set.Sources is [{ LastError: not null }]);
        SpinWait.SpinUntil(() => _time.RunningTimers == 1, TimeSpan.FromSeconds(30));
        var timers = _time.RunningTimers;
        var seen = new List<WeakReference>();

        for (var round = 0; round < 200; round++)
            await FlapAsync($"10.0.{round}.1", seen);
        _time.Advance(TimeSpan.FromMinutes(6));

        SpinWait.SpinUntil(() => _time.RunningTimers <= timers, TimeSpan.FromSeconds(30)).Should().BeTrue($"{_time.RunningTimers} timers are running");
        SpinWait.SpinUntil(() => CountAlive(seen) < 10, TimeSpan.FromSeconds(30)).Should().BeTrue($"{CountAlive(seen)} channels are alive");
    }

    [TestCase("dns+stores.example:{0}")]
    [TestCase("group")]
    public async Task Stops_dialing_a_stopped_server_after_the_linger_time(string endpoint)
    {
        var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Dns.SetHost("store.example", "127.0.0.1");
        var isGroup = endpoint == "group";
        var realm = Unprobed(isGroup ? $"store.example:{server.Port}" : string.Format(null, endpoint, server.Port));
        realm.Group = isGroup;
        Run(ReconnectEvery(TimeSpan.FromMilliseconds(100)), realm);
        var channel = (await AfterNextLookup(set => set.Endpoints.Count == 1)).Endpoints[0].Channel;
        await CallAsync(channel);
        await server.DisposeAsync();
        await UntilConnectingFailsAsync(channel);

        if (isGroup)
        {
            Source.Set(Unprobed("127.0.0.2:1"));
            await Until(set => set.Endpoints is [{ Address: "127.0.0.2:1" }]);
        }
        else
        {
            Dns.SetHost("stores.example");
            await AfterNextLookup(set => set.Endpoints.Count == 0);
        }

        _time.Advance(TimeSpan.FromMinutes(6));
        await Services.Logs.Wait(304).WithTimeout();
        await UntilClosedAsync(channel);
        await AssertIsNotDialedAsync(server.Port);
    }

    /// <summary>Waits until a channel has failed to connect to its stopped server. After that it reconnects by itself.</summary>
    private static async Task UntilConnectingFailsAsync(GrpcChannel channel)
    {
        using var ending = new CancellationTokenSource();
        while (channel.State is var state && state != ConnectivityState.TransientFailure)
        {
            if (state == ConnectivityState.Idle)
                _ = channel.ConnectAsync(ending.Token);
            await channel.WaitForStateChangedAsync(state).WithTimeout();
        }

        await ending.CancelAsync();
    }

    /// <summary>Waits until the balancer of a closed channel has received its closing. Until then it may dial.</summary>
    private static async Task UntilClosedAsync(GrpcChannel channel)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!) is not { Reason: ConnectionFailureReason.RealmRemoved })
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task AssertIsNotDialedAsync(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var dialed = listener.AcceptSocketAsync();

        // Waits for the time of three attempts, measured by another channel that does dial.
        using var other = GrpcChannel.ForAddress("http://127.0.0.1:1", new GrpcChannelOptions { InitialReconnectBackoff = TimeSpan.FromMilliseconds(300), MaxReconnectBackoff = TimeSpan.FromMilliseconds(300) });
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await other.ConnectAsync(new CancellationTokenSource(TimeSpan.FromMilliseconds(300)).Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        dialed.IsCompleted.Should().BeFalse("the channel must not dial");
        listener.Stop();
        await dialed.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task FlapAsync(string address, List<WeakReference> seen)
    {
        Dns.SetHost("stores.example", address);
        seen.Add(new WeakReference((await AfterNextLookup(set => set.Endpoints.Count == 1)).Endpoints[0].Channel));
        Dns.SetHost("stores.example");
        await AfterNextLookup(set => set.Endpoints.Count == 0);
    }

    private static int CountAlive(List<WeakReference> seen)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return seen.Count(channel => channel.IsAlive);
    }

    private void Run(params RealmOptions[] realms) => Run(_ => { }, realms);

    private void Run(Action<EndpointMtlsOptions> configure, params RealmOptions[] realms) =>
        Start(services => services.Configure(configure).Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)), realms);

    // The default backoff is longer than the test.
    private static Action<EndpointMtlsOptions> ReconnectEvery(TimeSpan wait) => options =>
        options.ConfigureChannel = (_, channel) => (channel.InitialReconnectBackoff, channel.MaxReconnectBackoff) = (wait, wait);

    /// <summary>Advances the clock until the next lookup, and not beyond it. Then waits until the set matches.</summary>
    /// <remarks>If the clock advanced while the set changes, minutes could pass before a slow machine applies the result.</remarks>
    private async Task<EndpointSetSnapshot> AfterNextLookup(Func<EndpointSetSnapshot, bool> isAsExpected)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var count = Dns.Queries.Count; Dns.Queries.Count == count; await Task.Yield())
        {
            timeout.Token.ThrowIfCancellationRequested();
            if (_time.RemainingTimes.Any(remaining => remaining <= TimeSpan.FromSeconds(1)))
                _time.Advance(TimeSpan.FromSeconds(1));
        }

        return await Until(isAsExpected);
    }

    private static RealmOptions Unprobed(string endpoint)
    {
        var realm = Realm("a", endpoint);
        realm.Probe = false;
        return realm;
    }

    private static Task<EchoReply> CallAsync(GrpcChannel channel) => new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
    }
}
