using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>The service config of a group.</summary>
public sealed class GroupServiceConfigTests : GroupFixture
{
    private const string Retries = """{"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":3,"initialBackoff":"0.001s","maxBackoff":"0.001s","backoffMultiplier":1,"retryableStatusCodes":["UNAVAILABLE"]}}]}""";

    private static readonly MethodConfig RetriesInCode = new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy { MaxAttempts = 5, InitialBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(1), BackoffMultiplier = 1, RetryableStatusCodes = { StatusCode.Unavailable } },
    };

    [TestCase(null, false)]
    [TestCase(Retries, true)]
    public async Task Retries_a_failed_call_only_with_a_retry_policy(string? config, bool succeeds)
    {
        await StartServersAsync(1);
        Start(Group(configure: realm => realm.ServiceConfig = config));
        await UntilMembers(1);
        await FailOnceAsync(succeeds);
    }

    [Test]
    public async Task Retries_set_in_code_apply_to_groups_and_keep_the_load_balancing()
    {
        await StartServersAsync(3);
        StartWith(new ServiceConfig { MethodConfigs = { RetriesInCode } }, Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);
        await FailOnceAsync(succeeds: true);
    }

    [Test]
    public async Task Pick_first_sends_all_calls_to_one_member()
    {
        await StartServersAsync(3);
        Start(Group(configure: realm => realm.ServiceConfig = """{"loadBalancingConfig":[{"pick_first":{}}]}"""));
        await UntilMembers(3);
        for (var call = 0; call < 30; call++)
            await CallAsync();

        Servers.Select(server => server.Calls).Should().BeEquivalentTo([30, 0, 0]);
    }

    [Test]
    public async Task A_changed_service_config_replaces_the_channel_and_closes_the_old_one()
    {
        await StartServersAsync(2);
        Start(Group());
        await UntilMembers(2);
        await CallAllAsync([.. Servers]);
        var before = Endpoint.Channel;

        Source.Set(Group(configure: realm => realm.ServiceConfig = """{"loadBalancingConfig":[{"pick_first":{}}]}"""));
        await Until(set => set.Endpoints[0].Channel != before && set.Endpoints[0].Members.Count == 2);

        var failure = (await FluentActions.Awaiting(() => new Echo.EchoClient(before).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Should().ThrowAsync<RpcException>()).Which;
        EndpointConnectionException.Find(failure)!.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
        await CallAsync();
    }

    [Test]
    public async Task Addresses_and_sockets_are_not_groups()
    {
        await using var socket = await EchoServer.StartPlaintextAsync(Folder["s.sock"]);
        await using var server = await EchoServer.StartPlaintextAsync();
        var realm = Realm("plain", server.Address, $"unix:{Folder["s.sock"]}", "[::1]:1");
        realm.Group = true;
        Start(realm);

        var set = await Until(set => set.Endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Healthy) == 2);

        set.Endpoints.Select(endpoint => (endpoint.IsGroup, endpoint.Members.Count)).Should().OnlyContain(x => !x.IsGroup && x.Count == 0);
        await new Echo.EchoClient(set.Endpoints[1].Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        Dns.Queries.Should().BeEmpty();
    }

    private void StartWith(ServiceConfig config, RealmOptions realm) =>
        Start(services => services.AddEndpointMtls(options => options.ConfigureChannel = (_, channel) => channel.ServiceConfig = config), realm);

    // A call that its server aborts is Unavailable. It can be retried while no response has been received.
    private async Task FailOnceAsync(bool succeeds)
    {
        Servers.ForEach(server => server.FailNextCall());
        var call = FluentActions.Awaiting(CallAsync);
        if (succeeds)
            await call.Should().NotThrowAsync();
        else
            (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);
    }
}
