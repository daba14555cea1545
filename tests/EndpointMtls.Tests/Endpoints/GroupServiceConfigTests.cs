using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>What a service config does to a group.</summary>
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
    public async Task Calls_that_fail_once_are_made_again_where_it_says_so(string? config, bool succeeds)
    {
        await ServeAsync(1);
        Start(Group(configure: realm => realm.ServiceConfig = config));
        await UntilMembers(1);
        await FailOnceAsync(succeeds);
    }

    [Test]
    public async Task Retries_set_in_code_count_for_groups_as_well_and_calls_are_still_balanced()
    {
        await ServeAsync(3);
        StartWith(new ServiceConfig { MethodConfigs = { RetriesInCode } }, Group());
        await UntilMembers(3);
        await CallAllAsync([.. Servers]);
        await FailOnceAsync(succeeds: true);
    }

    [Test]
    public async Task The_first_that_answers_gets_all_calls_by_pick_first()
    {
        await ServeAsync(3);
        Start(Group(configure: realm => realm.ServiceConfig = """{"loadBalancingConfig":[{"pick_first":{}}]}"""));
        await UntilMembers(3);
        for (var call = 0; call < 30; call++)
            await CallAsync();

        Servers.Select(server => server.Calls).Should().BeEquivalentTo([30, 0, 0]);
    }

    [Test]
    public async Task Another_service_config_by_reload_gives_another_channel_and_the_old_one_refuses()
    {
        await ServeAsync(2);
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
    public async Task Addresses_and_sockets_in_a_realm_of_groups_are_plain_channels()
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
        Start(services => services.AddEndpointMtls(options => options.ConfigureChannel = channel => channel.ServiceConfig = config), realm);

    // What a server cuts short by dying is Unavailable, and may be made again while nothing has been answered.
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
