using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Trust, files, settings or addresses change while a channel moves to new certificates.</summary>
public sealed class ChangedDuringHandoverTests : HandoverFixture
{
    [Test]
    public async Task Rotations_add_no_listeners_to_the_subchannel()
    {
        Services = new TestServices(services => services
            .AddLogging(logging => logging.AddFilter("Grpc.Net.Client.Balancer.Subchannel", LogLevel.Trace))
            .AddSingleton<TimeProvider>(Time)
            .AddEndpointMtls(options => options.Realms.Add(
                new RealmOptions { Name = RealmName, Endpoints = { Server.Address }, TlsConfig = Tls })));
        await CallAsync();
        var before = Count("created") - Count("removed");

        for (var rotation = 1; rotation <= 3; rotation++)
        {
            await PresentAsync($"rotated-{rotation}");
            await UntilRotated(rotation);
        }

        before.Should().BePositive();
        (Count("created") - Count("removed")).Should().Be(before);

        int Count(string what) => Services.Logs.Entries.Count(
            entry => entry.Message.Contains("state changed registration", StringComparison.Ordinal) && entry.Message.Contains(what, StringComparison.Ordinal));
    }

    [Test]
    public async Task A_root_that_is_removed_during_an_attempt_is_not_trusted_afterwards()
    {
        await RemoveRootDuringAttemptAsync();

        var failure = await UntilFailureAsync();
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task A_new_connection_is_aborted_if_its_root_was_removed_during_the_attempt()
    {
        Tls.OnTrustRemoved = TrustRemovedAction.Close;
        await RemoveRootDuringAttemptAsync();

        await UntilFailureAsync();
        Services.Logs.Entries.Should().Contain(entry => entry.Message.Contains("TrustRemoved", StringComparison.Ordinal));
    }

    [Test]
    public async Task Changed_channel_settings_do_not_move_calls_to_a_certificate_that_the_server_rejects()
    {
        var source = new LiveOptions();
        source.Set(Settings(null));
        Services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            source.AddTo(services);
        });
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        source.Set(Settings(TimeSpan.FromHours(1)));

        (await CallAsync()).Should().Be("CN=client-1");
        Server.Connections.Should().BeGreaterThan(2, "the settings apply to a new connection");

        RealmOptions Settings(TimeSpan? idleTimeout) =>
            new() { Name = RealmName, Endpoints = { Server.Address }, TlsConfig = Tls, IdleTimeout = idleTimeout };
    }

    [Test]
    public async Task Files_that_change_during_the_first_handshake_do_not_move_calls_to_a_certificate_that_the_server_rejects()
    {
        using var handshake = new ManualResetEventSlim();
        var hasBegun = new TaskCompletionSource();
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            hasBegun.TrySetResult();
            handshake.Wait(TimeSpan.FromSeconds(30));
            return ServerOptions;
        });
        Start(server.Address);
        var client = new Echo.EchoClient(Services.Factory.GetChannel(server.Address));
        var first = client.UnaryAsync(new EchoRequest());
        await hasBegun.Task.WithTimeout();
        await PresentAsync("client-2", OtherRoot);
        handshake.Set();

        (await first.ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");
        await Services.Logs.Wait(309).WithTimeout();
        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");
    }

    [Test]
    public async Task An_address_that_has_left_its_group_is_not_tried()
    {
        await using var second = await EchoServer.StartTlsAsync(() => ServerOptions);
        var firstOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("one.example", "two.example"), ClientRoot, OtherRoot);
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("one.example", "two.example"), ClientRoot);
        await using var first = await EchoServer.StartTlsAsync(() => firstOptions);
        var dns = new ScriptedResolver();
        dns.SetHost("one.example.", "127.0.0.1");
        dns.SetHost("two.example.", "127.0.0.1");
        dns.SetService("_grpc._tcp.stores", ("one.example", first.Port), ("two.example", second.Port));
        Services = new TestServices(services => services
            .AddSingleton<IDnsResolver>(dns)
            .AddSingleton<TimeProvider>(Time)
            .AddEndpointMtls(options => options.Realms.Add(
                new RealmOptions { Name = RealmName, Group = true, Endpoints = { "dnssrv+_grpc._tcp.stores" }, TlsConfig = Tls })));
        var client = new Echo.EchoClient(Services.Factory.GetChannel("dnssrv+_grpc._tcp.stores"));
        while (first.Calls == 0 || second.Calls == 0)
        {
            await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        }

        using var running1 = client.Duplex();
        using var running2 = client.Duplex();
        await ExchangeAsync(running1);
        await ExchangeAsync(running2);
        dns.SetService("_grpc._tcp.stores", ("one.example", first.Port));
        Time.Advance(TimeSpan.FromSeconds(40));
        var last = -1;
        while (last != second.Calls)
        {
            last = second.Calls;
            for (var call = 0; call < 50; call++)
            {
                await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
            }
        }

        await PresentAsync("client-2", OtherRoot);

        await UntilRotated();
        await client.UntilPresents("CN=client-2");
        Services.Factory.Describe("dnssrv+_grpc._tcp.stores").RotationFailure.Should().BeNull();
        await ExchangeAsync(running1);
        await ExchangeAsync(running2);
    }

    [Test]
    public async Task Files_that_change_twice_during_an_attempt_are_presented_in_the_end()
    {
        Start();
        await CallAsync();
        Server.Health.KeepSilent();
        await PresentAsync("client-2");
        await Server.Health.Waiting.WaitAsync().WithTimeout();

        await PresentAsync("client-3");
        await PresentAsync("client-4");
        Server.Health.BreakSilence();

        await UntilPresents("client-4");
        Services.Logs.Count(309).Should().Be(0);
    }

    [Test]
    public async Task Many_rotations_leave_no_timer_and_no_generation()
    {
        RealmName = "many-rotations";
        using var meter = new MeterRecorder(RealmName);
        Start();
        await CallAsync();
        await RotateAsync(1);
        var (timers, generations) = (Time.UndisposedTimers, meter.Sum("endpoint_mtls.channel.generations"));

        for (var rotation = 2; rotation <= 20; rotation++)
        {
            await RotateAsync(rotation);
        }

        Time.UndisposedTimers.Should().Be(timers);
        meter.Sum("endpoint_mtls.channel.generations").Should().Be(generations);

        async Task RotateAsync(int rotation)
        {
            await PresentAsync($"rejected-{rotation}", OtherRoot);
            await Services.Logs.Wait(309, rotation).WithTimeout();
            await PresentAsync($"accepted-{rotation}");
            await Services.Logs.Wait(310, rotation).WithTimeout();
            await UntilDrained();
        }
    }

    private async Task RemoveRootDuringAttemptAsync()
    {
        Start();
        await CallAsync();
        var second = TestCa.CreateRoot("second server root");
        ServerOptions = EchoServer.CreateOptions(second.IssueServer("127.0.0.1"), ClientRoot);
        Server.Health.KeepSilent();
        await TrustAsync(ServerRoot, second);
        await Server.Health.Waiting.WaitAsync().WithTimeout();

        await TrustAsync(ServerRoot);
        Server.Health.BreakSilence();
    }
}
