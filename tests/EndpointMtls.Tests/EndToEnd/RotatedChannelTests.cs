using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
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
        await UntilPresents("client-2");
        await Server.Closed(1);

        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task Calls_of_a_group_are_balanced_over_all_addresses_before_and_after_a_rotation()
    {
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("one.example", "two.example"), ClientRoot);
        await using var second = await EchoServer.StartTlsAsync(() => ServerOptions);
        var dns = new ScriptedResolver();
        dns.SetHost("one.example.", "127.0.0.1");
        dns.SetHost("two.example.", "127.0.0.1");
        dns.SetService("_grpc._tcp.stores", ("one.example", Server.Port), ("two.example", second.Port));
        Services = new TestServices(services => services
            .AddSingleton<IDnsResolver>(dns)
            .AddSingleton<TimeProvider>(Time)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Group = true, Endpoints = { "dnssrv+_grpc._tcp.stores" }, TlsConfig = Tls })));
        var channel = Services.Factory.GetChannel("dnssrv+_grpc._tcp.stores");
        var client = new Echo.EchoClient(channel);
        await channel.ConnectAsync().WithTimeout();
        (await CallAllAsync(client, Server, second)).Should().Equal("CN=client-1");
        var connections = (Server.Connections, second.Connections);

        await PresentAsync("client-2");

        await UntilRotated();
        (await CallAllAsync(client, Server, second)).Should().Equal("CN=client-2");
        Server.Connections.Should().BeGreaterThan(connections.Item1);
        second.Connections.Should().BeGreaterThan(connections.Item2);
        channel.State.Should().Be(ConnectivityState.Ready);
    }

    [Test]
    public async Task A_host_name_is_resolved_before_and_after_a_rotation()
    {
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("localhost"), ClientRoot);
        Start($"localhost:{Server.Port}");
        var client = new Echo.EchoClient(Services.Factory.GetChannel($"dns:///localhost:{Server.Port}"));
        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");

        await PresentAsync("client-2");

        await client.UntilPresents("CN=client-2");
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
        await UntilRotated();
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

    /// <summary>Calls until each server has been called.</summary>
    /// <returns>The subjects of the client certificates that they saw.</returns>
    private static async Task<IEnumerable<string>> CallAllAsync(Echo.EchoClient client, params EchoServer[] servers)
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
}
