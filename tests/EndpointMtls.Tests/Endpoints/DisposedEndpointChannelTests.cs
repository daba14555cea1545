using EndpointMtls.Tests.Support;
using Grpc.Health.V1;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>A caller disposes a channel of the set. The endpoint gets another one, on which it is probed.</summary>
public sealed class DisposedEndpointChannelTests : GroupFixture
{
    [Test]
    public async Task A_listed_endpoint_gets_another_channel()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Start(Realm("a", server.Address));

        await AssertReplacedAsync(server);
    }

    [Test]
    public async Task A_discovered_endpoint_gets_another_channel()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Start(Realm("a", $"dns+stores.example:{server.Port}"));

        await AssertReplacedAsync(server);
    }

    [Test]
    public async Task A_group_gets_another_channel_to_all_its_members()
    {
        await StartServersAsync(2);
        Start(Group());
        await UntilMembers(2);
        await CallAllAsync([.. Servers]);

        var disposed = Endpoint.Channel;
        disposed.Dispose();

        await Until(set => set.Endpoints is [{ Members.Count: 2 } endpoint] && endpoint.Channel != disposed);
        await CallAllAsync([.. Servers]);
        Services.Factory.GetChannel(Endpoint.Address).Should().BeSameAs(Endpoint.Channel);
        Warnings().Should().ContainSingle().Which.Should().Contain(Endpoint.Address);
    }

    private async Task AssertReplacedAsync(EchoServer server)
    {
        var before = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0];

        before.Channel.Dispose();

        await Until(set => set.Endpoints is [{ } endpoint] && endpoint.Channel != before.Channel);
        server.Health.Status = HealthCheckResponse.Types.ServingStatus.NotServing;
        await UntilAll(EndpointHealth.Unhealthy);
        server.Health.Status = HealthCheckResponse.Types.ServingStatus.Serving;
        await UntilAll(EndpointHealth.Healthy);
        Warnings().Should().ContainSingle().Which.Should().Contain(before.Address);
    }

    private IEnumerable<string> Warnings() => Services.Logs.Entries.Where(entry => entry.EventId == 308).Select(entry => entry.Message);
}
