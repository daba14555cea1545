using System.Net;
using System.Net.Sockets;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Dialling;

/// <summary>Lookups of host names, and connections after the first one.</summary>
public sealed class ReconnectionTests : DiallingFixture
{
    private static readonly IPAddress Third = IPAddress.Parse("127.0.0.4");

    [Test]
    public async Task Connects_to_the_new_address_after_the_server_has_moved()
    {
        var server = await ServeAsync(First);
        var channel = Connect(server.Port);
        await CallAsync(channel);

        await server.DisposeAsync();
        await UntilAsync(channel, ConnectivityState.Idle);
        var lookups = Lookups;
        await using var moved = await ServeAsync(Third, server.Port);
        Resolve(Third);

        await CallAsync(channel);
        lookups.Should().Be(1, "an idle channel does not look names up");
        Lookups.Should().Be(2);
    }

    [Test]
    public async Task New_calls_go_to_another_address_while_a_server_shuts_down_and_running_calls_finish()
    {
        await using var server = await ServeAsync(First);
        await using var other = await ServeAsync(Second, server.Port);
        var channel = Connect(server.Port);
        using var stream = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(stream);
        var stopping = server.StopAsync();
        await UntilRefusedAsync(First, server.Port);

        for (var call = 0; call < 20; call++)
        {
            await CallAsync(channel);
        }

        channel.State.Should().Be(ConnectivityState.Ready);
        other.ServerNames.Should().ContainSingle();
        await ExchangeAsync(stream);
        await stream.RequestStream.CompleteAsync();
        await stopping.WithTimeout();
        await CallAsync(channel);
    }

    [Test]
    public async Task A_call_fails_with_the_reason_if_no_address_accepts_while_a_server_shuts_down()
    {
        await using var server = await ServeAsync(First);
        var channel = Connect(server.Port);
        using var stream = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(stream);
        _ = server.StopAsync();
        await UntilRefusedAsync(First, server.Port);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await CallAsync(channel);
            }
        });

        failure!.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.Refused);
    }

    [Test]
    public async Task A_rotation_fails_no_call_and_stays_on_the_address()
    {
        await using var server = await ServeAsync(Second);
        var time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        TlsOptions tls = null!;
        var channel = Connect(server.Port, realm => (tls = realm.TlsConfig!).RotationJitter = TimeSpan.Zero, time: time);
        await CallAsync(channel);
        using var stopping = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                await CallAsync(channel);
            }
        })).ToList();
        var provider = Services.Get<RotatingCertificateProvider>("realm");

        for (var rotation = 1; rotation <= 5; rotation++)
        {
            await File.WriteAllTextAsync(tls.CaFile[0], $"{Root.Pem}\n" + TestCa.CreateRoot($"other {rotation}").Pem);
            await provider.ReloadAsync().WithTimeout();
            while (server.ServerNames.Count <= rotation)
            {
                await Task.Yield();
            }
        }

        await stopping.CancelAsync();
        await Task.WhenAll(callers).WithTimeout();
        channel.State.Should().Be(ConnectivityState.Ready);
        Lookups.Should().Be(1);
    }

    [Test]
    public async Task An_address_of_a_group_that_does_not_answer_fails_no_call()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var hole = await BlackHole.OpenAsync(First, server.Port);
        var dns = new ScriptedResolver();
        dns.SetHost("stores.example", "127.0.0.2", "127.0.0.1");
        await using var services = new TestServices(services => services
            .AddSingleton<IDnsResolver>(dns)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Group = true, Endpoints = { $"dns+stores.example:{server.Port}" } })));
        var channel = services.Factory.GetChannel($"dns+stores.example:{server.Port}");

        for (var call = 0; call < 20; call++)
        {
            await CallAsync(channel).WaitAsync(TimeSpan.FromSeconds(10));
        }

        server.Calls.Should().Be(20);
    }

    [Test]
    public async Task A_name_that_does_not_resolve_fails_calls_with_the_reason_until_it_does()
    {
        await using var server = await ServeAsync(First);
        LookUp = () => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        var channel = Connect(server.Port);

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel));

        failure!.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.NameNotResolved);
        failure.Status.Detail.Should().StartWith($"Endpoint '{Host}:{server.Port}' of realm 'realm': its host name cannot be resolved: ");
        channel.State.Should().Be(ConnectivityState.TransientFailure);

        Resolve(First);
        await channel.ConnectAsync().WithTimeout();
        await CallAsync(channel);
    }

    [Test]
    public async Task A_lookup_that_hangs_ends_calls_at_their_deadline_and_fails_after_the_connect_timeout()
    {
        LookUp = () => new TaskCompletionSource<IPAddress[]>().Task;
        var time = new TestTimeProvider(TimeProvider.System.GetUtcNow());
        var channel = Connect(1234, realm => realm.ConnectTimeout = TimeSpan.FromSeconds(7), time: time);
        var client = new Echo.EchoClient(channel);

        var late = await Assert.ThrowsAsync<RpcException>(() =>
            client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(100)).ResponseAsync.WithTimeout());
        var waiting = CallAsync(channel);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(7));

        late!.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        var failure = await Assert.ThrowsAsync<RpcException>(() => waiting);
        EndpointConnectionException.ReasonOf(failure!).Should().Be(ConnectionFailureReason.NameNotResolved);
        failure!.Status.Detail.Should().Contain("no response within 7s");
    }

    [Test]
    public async Task A_call_that_waits_for_ready_succeeds_when_the_server_starts()
    {
        var server = await ServeAsync(First);
        await server.DisposeAsync();
        var channel = Connect(server.Port, configureChannel: options => options.InitialReconnectBackoff = TimeSpan.FromMilliseconds(50));
        var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest(), new CallOptions().WithWaitForReady());
        await UntilAsync(channel, ConnectivityState.TransientFailure);

        await using var restarted = await ServeAsync(First, server.Port);

        await call.ResponseAsync.WithTimeout();
        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_load_balancing_policy_of_the_application_replaces_the_default()
    {
        await using var server = await ServeAsync(First);
        await using var other = await ServeAsync(Second, server.Port);
        var channel = Connect(server.Port, configureChannel: options =>
            options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } });

        while (server.Authorities.IsEmpty || other.Authorities.IsEmpty)
        {
            await CallAsync(channel);
        }

        server.Authorities.Concat(other.Authorities).Distinct().Should().Equal($"{Host}:{server.Port}");
        server.ServerNames.Concat(other.ServerNames).Distinct().Should().Equal(Host);
    }

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
    }

    private static async Task UntilAsync(GrpcChannel channel, ConnectivityState state)
    {
        while (channel.State is var current && current != state)
        {
            await channel.WaitForStateChangedAsync(current).WithTimeout();
        }
    }

    private static async Task UntilRefusedAsync(IPAddress address, int port)
    {
        while (true)
        {
            using var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await client.ConnectAsync(address, port);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
