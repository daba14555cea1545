using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Features of Grpc.Net.Client that still work after a rotation.</summary>
public sealed class RotatedChannelTests : RotationFixture
{
    [Test]
    public async Task State_and_ConnectAsync_are_correct()
    {
        Start();
        var channel = Services.Factory.GetChannel(Server.Address);
        channel.State.Should().Be(ConnectivityState.Idle);
        await channel.ConnectAsync().WithTimeout();
        channel.State.Should().Be(ConnectivityState.Ready);
        await CallAsync();

        await PresentAsync("client-2");
        await channel.ConnectAsync().WithTimeout();
        channel.State.Should().Be(ConnectivityState.Ready);
        (await CallAsync()).Should().Be("CN=client-2");
        await Server.Closed(1);

        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task Calls_are_balanced_over_all_addresses_before_and_after_a_rotation()
    {
        await using var second = await EchoServer.StartTlsAsync(() => ServerOptions);
        Start();
        using var balanced = Balance("static:///echo", new RoundRobinConfig(), new StaticResolverFactory(_ => [new BalancerAddress("127.0.0.1", Server.Port), new BalancerAddress("127.0.0.1", second.Port)]));
        await balanced.Channel.ConnectAsync().WithTimeout();
        (await UntilAllAreCalledAsync(balanced.Client, Server, second)).Should().Equal("CN=client-1");
        var connections = (Server.Connections, second.Connections);

        await PresentAsync("client-2");

        (await UntilAllAreCalledAsync(balanced.Client, Server, second)).Should().Equal("CN=client-2");
        Server.Connections.Should().BeGreaterThan(connections.Item1);
        second.Connections.Should().BeGreaterThan(connections.Item2);
        balanced.Channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_name_is_resolved_by_DNS_before_and_after_a_rotation()
    {
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("localhost"), ClientRoot);
        Start();
        using var resolved = Balance($"dns:///localhost:{Server.Port}", new PickFirstConfig(), new DnsResolverFactory(TimeSpan.FromMinutes(5)), host: "localhost");
        (await resolved.Client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");

        await PresentAsync("client-2");

        (await resolved.Client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-2");
    }

    [Test]
    public async Task An_aborted_call_is_retried_on_the_new_connection()
    {
        Start(channel => channel.ServiceConfig = new ServiceConfig
        {
            MethodConfigs =
            {
                new MethodConfig
                {
                    Names = { MethodName.Default },
                    RetryPolicy = new RetryPolicy { MaxAttempts = 2, InitialBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(1), BackoffMultiplier = 1, RetryableStatusCodes = { StatusCode.Unavailable } },
                },
            },
        });
        await CallAsync();
        var gate = Server.HoldNextCall();
        using var pending = Client.UnaryAsync(new EchoRequest());
        await gate.Reached.WithTimeout();

        await PresentAsync("client-2");
        Time.Advance(Tls.DrainTimeout);

        (await pending.ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-2");
    }

    [Test]
    public async Task A_hedged_call_is_answered_by_the_new_connection_while_the_old_one_hangs()
    {
        Start(channel => channel.ServiceConfig = new ServiceConfig
        {
            MethodConfigs = { new MethodConfig { Names = { MethodName.Default }, HedgingPolicy = new HedgingPolicy { MaxAttempts = 2, HedgingDelay = TimeSpan.FromSeconds(1) } } },
        });
        await CallAsync();
        var gate = Server.HoldNextCall();
        using var pending = Client.UnaryAsync(new EchoRequest());
        await gate.Reached.WithTimeout();

        await PresentAsync("client-2");

        (await pending.ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-2");
    }

    private Balanced Balance(string target, LoadBalancingConfig policy, ResolverFactory resolver, string host = "127.0.0.1")
    {
        EndpointAddress.TryParse(Server.Address, out var address, out _).Should().BeTrue();
        var realm = Services.Get<RealmRegistry>().Table.Find(address!)!;
        var context = new ChannelContext(new AddressDestination(new EndpointAddress(host, Server.Port)), realm, Time, Services.Logs, new EndpointMeter(null));
        var handler = new RealmHandler(context, new EndpointConnector(context));
        var channel = GrpcChannel.ForAddress(target, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            Credentials = ChannelCredentials.SecureSsl,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { policy } },
            ServiceProvider = new ServiceCollection().AddSingleton(resolver).BuildServiceProvider(),
        });
        return new Balanced(channel, ChannelRotation.Start(handler, context)!);
    }

    /// <summary>Calls until each server has been called, and returns which certificates they saw.</summary>
    private static async Task<IEnumerable<string>> UntilAllAreCalledAsync(Echo.EchoClient client, params EchoServer[] servers)
    {
        var peers = new HashSet<string>();
        var before = servers.Select(server => server.Calls).ToArray();
        for (var call = 0; call < 1000 && servers.Zip(before).Any(x => x.First.Calls == x.Second); call++)
        {
            peers.Add((await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer);
        }

        servers.Zip(before).Should().OnlyContain(x => x.First.Calls > x.Second);
        return peers;
    }

    private sealed record Balanced(GrpcChannel Channel, ChannelRotation Rotation) : IDisposable
    {
        public Echo.EchoClient Client => new(Channel);

        public void Dispose()
        {
            Rotation.Dispose();
            Channel.Dispose();
        }
    }
}
