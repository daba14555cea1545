using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>What becomes of calls when the members of a group come, go and die.</summary>
public sealed class GroupMembersTests : GroupFixture
{
    [Test]
    public async Task The_channel_of_a_group_is_the_one_that_everybody_has_for_its_name()
    {
        await ServeAsync(1);
        Start(Group());
        await UntilMembers(1);

        Services.Factory.GetChannel($"dnssrv+{Service}").Should().BeSameAs(Endpoint.Channel);
        Services.Factory.Describe($"dnssrv+{Service}").Should().BeEquivalentTo(new { Address = $"dnssrv+{Service}", Realm = "tls" });
        (await CallAsync()).Should().Be("CN=client-1");
    }

    [Test]
    public async Task A_host_with_a_port_is_a_group_of_its_addresses()
    {
        await ServeAsync(1);
        Dns.SetHost("s0.example", "127.0.0.1");
        Start(Group($"s0.example:{Servers[0].Port}"));
        await UntilMembers(1);

        Endpoint.IsGroup.Should().BeTrue();
        Services.Factory.GetChannel($"S0.example:{Servers[0].Port}").Should().BeSameAs(Endpoint.Channel);
        await CallAsync();
        Dns.Queries.Should().Contain("s0.example InterNetwork").And.Contain("s0.example InterNetworkV6");
    }

    [Test]
    public async Task No_call_fails_when_a_member_leaves_and_is_stopped_a_little_later()
    {
        await ServeAsync(3);
        Start(Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);
        using var running = Client.Duplex();
        await using var load = new GroupLoad(Client);

        Lead([1, 2]);
        await UntilMembers(2);
        await load.Calls(200);
        var last = Servers[0].Calls;
        await Servers[0].DisposeAsync();
        await load.Calls(200);
        Servers[0].Calls.Should().Be(last);
        Lead([2]);
        await UntilMembers(1);
        await load.Calls(100);

        (await load.StopAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task A_member_that_comes_is_called()
    {
        await ServeAsync(2);
        Lead([0]);
        Start(Group());
        await UntilMembers(1);
        await CallAsync();

        Lead([0, 1]);
        await UntilMembers(2);

        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task When_a_member_dies_only_its_running_calls_fail()
    {
        await ServeAsync(3);
        Start(Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);

        await using var load = new GroupLoad(Client);
        await load.Calls(50);
        await Servers[1].DisposeAsync();
        await load.Calls(300);

        var failures = await load.StopAsync();
        failures.Where(status => status.StatusCode != StatusCode.Unavailable).Should().BeEmpty();
        failures.Should().HaveCountLessThanOrEqualTo(2 * GroupLoad.Callers);
        await CallAllAsync(Servers[0], Servers[2]);
    }

    [Test]
    public async Task When_the_name_is_no_more_calls_fail_and_say_so_until_it_is_back()
    {
        await ServeAsync(3);
        Start(Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);

        Dns.SetService(Service);
        var failure = await UntilFailsAsync();
        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(failure)!.Reason.Should().Be(ConnectionFailureReason.NameNotResolved);
        EndpointConnectionException.Find(failure)!.Message.Should().Be($"Endpoint 'dnssrv+{Service}' of realm 'tls': its name has no addresses. Check the name and its DNS records.");
        await UntilMembers(0);

        Lead([0, 1, 2]);
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task When_the_name_is_no_more_and_the_servers_die_too_all_come_back()
    {
        await ServeAsync(2);
        Start(Group());
        await UntilMembers(2);
        await CallAllAsync([.. Servers]);

        Dns.SetService(Service);
        await UntilFailsAsync();
        foreach (var server in Servers)
            await server.DisposeAsync();
        // For a moment, the balancer may know of the dead servers before it hears that there are none, and a call may be cut off by one that dies.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        RpcException failure;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            failure = await UntilFailsAsync();
        }
        while (EndpointConnectionException.ReasonOf(failure) != ConnectionFailureReason.NameNotResolved);

        failure.StatusCode.Should().Be(StatusCode.Unavailable);

        // On the same ports: what has heard that there is nothing may take them for what it had.
        for (var index = 0; index < Servers.Count; index++)
        {
            var (port, name) = (Servers[index].Port, $"s{index}.example");
            Servers[index] = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(ServerRoot.IssueServer(name), ClientRoot), port);
        }

        Lead([0, 1]);
        await UntilMembers(2);
        await UntilAnsweredAsync();
        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task When_DNS_fails_from_the_start_calls_fail_and_then_recover()
    {
        Dns.FailService(Service, "nobody home");
        Start(Group());
        var failure = await UntilFailsAsync();
        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(failure)!.Message.Should().Be($"Endpoint 'dnssrv+{Service}' of realm 'tls': 'dnssrv+{Service}' cannot be looked up: nobody home.");

        await ServeAsync(2);
        await UntilMembers(2);
        await UntilAnsweredAsync();
        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task A_call_that_waits_for_the_first_lookup_heeds_its_deadline_and_others_go_on_waiting()
    {
        var answer = new TaskCompletionSource<IReadOnlyList<System.Net.IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await ServeAsync(1);
        Dns.SetHost("s0.example.", token => answer.Task.WaitAsync(token));
        Start(Group());

        var waiting = CallAsync();
        (await Client.UnaryAsync(new EchoRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(100)).ResponseAsync.Invoking(x => x.WithTimeout()).Should().ThrowAsync<RpcException>())
            .Which.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        waiting.IsCompleted.Should().BeFalse();

        answer.SetResult([System.Net.IPAddress.Loopback]);
        (await waiting).Should().Be("CN=client-1");
    }

    [Test]
    public async Task A_call_that_waits_for_the_first_lookup_hears_of_it_when_its_realm_is_removed()
    {
        Dns.SetHost("stores.example", token => new TaskCompletionSource<IReadOnlyList<System.Net.IPAddress>>().Task.WaitAsync(token));
        Start(Group(Host));
        var waiting = CallAsync();

        Source.Set(Realm("other", "127.0.0.1:1"));

        var failure = (await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<RpcException>()).Which;
        EndpointConnectionException.Find(failure)!.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
    }
}
