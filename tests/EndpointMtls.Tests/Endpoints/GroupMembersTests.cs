using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Calls while members of a group are added, removed and stopped.</summary>
public sealed class GroupMembersTests : GroupFixture
{
    [Test]
    public async Task Shares_the_channel_of_a_group_with_the_factory()
    {
        await StartServersAsync(1);
        Start(Group());
        await UntilMembers(1);

        Services.Factory.GetChannel($"dnssrv+{Service}").Should().BeSameAs(Endpoint.Channel);
        Services.Factory.Describe($"dnssrv+{Service}").Should().BeEquivalentTo(new { Address = $"dnssrv+{Service}", Realm = "tls" });
        (await CallAsync()).Should().Be("CN=client-1");
    }

    [Test]
    public async Task Groups_the_addresses_of_a_host_with_a_port()
    {
        await StartServersAsync(1);
        Dns.SetHost("s0.example", "127.0.0.1");
        Start(Group($"s0.example:{Servers[0].Port}"));
        await UntilMembers(1);

        Endpoint.IsGroup.Should().BeTrue();
        Services.Factory.GetChannel($"S0.example:{Servers[0].Port}").Should().BeSameAs(Endpoint.Channel);
        await CallAsync();
        Dns.Queries.Should().Contain("s0.example InterNetwork").And.Contain("s0.example InterNetworkV6");
    }

    [Test]
    public async Task No_call_fails_when_a_member_is_removed_and_then_stopped()
    {
        await StartServersAsync(3);
        Start(Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);
        using var running = Client.Duplex();
        await using var load = new GroupLoad(Client);

        Publish([1, 2]);
        await UntilMembers(2);
        await load.WaitForCallsAsync(200);
        var last = Servers[0].Calls;
        await Servers[0].DisposeAsync();
        await load.WaitForCallsAsync(200);
        Servers[0].Calls.Should().Be(last);
        Publish([2]);
        await UntilMembers(1);
        await load.WaitForCallsAsync(100);

        (await load.StopAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task Calls_an_added_member()
    {
        await StartServersAsync(2);
        Publish([0]);
        Start(Group());
        await UntilMembers(1);
        await CallAsync();

        Publish([0, 1]);
        await UntilMembers(2);

        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task Only_running_calls_fail_when_a_member_stops()
    {
        await StartServersAsync(3);
        Start(Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);

        await using var load = new GroupLoad(Client);
        await load.WaitForCallsAsync(50);
        await Servers[1].DisposeAsync();
        await load.WaitForCallsAsync(300);

        var failures = await load.StopAsync();
        failures.Where(status => status.StatusCode != StatusCode.Unavailable).Should().BeEmpty();
        failures.Should().HaveCountLessThanOrEqualTo(2 * GroupLoad.Callers);
        await CallAllAsync(Servers[0], Servers[2]);
    }

    [Test]
    public async Task Calls_fail_while_the_name_has_no_addresses()
    {
        await StartServersAsync(3);
        Start(Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);

        Dns.SetService(Service);
        var failure = await UntilFailsAsync();
        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(failure)!.Reason.Should().Be(ConnectionFailureReason.NameNotResolved);
        EndpointConnectionException.Find(failure)!.Message.Should().BeApproved();
        await UntilMembers(0);
        await Services.Logs.Wait(301).WithTimeout();
        Services.Factory.Describe($"dnssrv+{Service}").LastFailure!.Reason.Should().Be(ConnectionFailureReason.NameNotResolved);

        Publish([0, 1, 2]);
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);
        await Services.Logs.Wait(302).WithTimeout();
        Services.Factory.Describe($"dnssrv+{Service}").LastFailure.Should().BeNull("calls use the open connections again");
        Services.Logs.Entries.Select(entry => entry.EventId).Where(id => id is 301 or 302).Should().Equal(301, 302);
    }

    [Test]
    public async Task Recovers_after_the_name_was_removed_and_the_servers_stopped()
    {
        await StartServersAsync(2);
        Start(Group());
        await UntilMembers(2);
        await CallAllAsync([.. Servers]);

        Dns.SetService(Service);
        await UntilFailsAsync();
        foreach (var server in Servers)
            await server.DisposeAsync();

        // Before the balancer receives the empty result, calls may still fail at the stopped servers.
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        RpcException failure;
        do
        {
            timeout.Token.ThrowIfCancellationRequested();
            failure = await UntilFailsAsync();
        }
        while (EndpointConnectionException.ReasonOf(failure) != ConnectionFailureReason.NameNotResolved);

        failure.StatusCode.Should().Be(StatusCode.Unavailable);

        // On the same ports: the balancer must not treat the returned addresses as unchanged.
        for (var index = 0; index < Servers.Count; index++)
        {
            var (port, name) = (Servers[index].Port, $"s{index}.example");
            Servers[index] = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(ServerRoot.IssueServer(name), ClientRoot), port);
        }

        Publish([0, 1]);
        await UntilMembers(2);
        await UntilSucceedsAsync();
        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task Recovers_after_failed_lookups_at_the_start()
    {
        Dns.FailService(Service, "no name server answers");
        Start(Group());
        var failure = await UntilFailsAsync();
        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(failure)!.Message.Should().BeApproved();

        await StartServersAsync(2);
        await UntilMembers(2);
        await UntilSucceedsAsync();
        await CallAllAsync([.. Servers]);
    }

    [Test]
    public async Task A_call_waits_for_the_first_lookup_until_its_deadline()
    {
        var answer = new TaskCompletionSource<IReadOnlyList<System.Net.IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartServersAsync(1);
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
    public async Task A_call_that_waits_for_the_first_lookup_fails_when_its_realm_is_removed()
    {
        Dns.SetHost("stores.example", token => new TaskCompletionSource<IReadOnlyList<System.Net.IPAddress>>().Task.WaitAsync(token));
        Start(Group(Host));
        var waiting = CallAsync();

        Source.Set(Realm("other", "127.0.0.1:1"));

        var failure = (await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<RpcException>()).Which;
        EndpointConnectionException.Find(failure)!.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
    }
}
