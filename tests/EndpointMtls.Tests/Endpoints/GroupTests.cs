using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Load balancing over a group, and verification of its servers.</summary>
public sealed class GroupTests : EndpointSetFixture
{
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");

    [Test]
    public async Task Balances_calls_over_all_addresses_of_a_name()
    {
        await using var one = await EchoServer.StartPlaintextAsync();
        await using var two = await EchoServer.StartPlaintextAsync();
        Dns.SetService("_grpc._tcp.stores", ("127.0.0.1", one.Port), ("127.0.0.1", two.Port));
        Start(Group("plain", "dnssrv+_grpc._tcp.stores"));

        var set = await UntilAll(EndpointHealth.Healthy);

        var endpoint = set.Endpoints.Should().ContainSingle().Subject;
        endpoint.IsGroup.Should().BeTrue();
        endpoint.Members.Should().BeEquivalentTo(one.Address, two.Address);
        await CallBothAsync(endpoint, one, two);
    }

    [Test]
    public async Task Verifies_each_server_against_its_own_SRV_target()
    {
        await using var one = await EchoServer.StartTlsAsync(_serverRoot.IssueServer("one.example"), _clientRoot);
        await using var two = await EchoServer.StartTlsAsync(_serverRoot.IssueServer("two.example"), _clientRoot);
        Dns.SetService("_grpc._tcp.stores", ("one.example", one.Port), ("two.example", two.Port));
        Dns.SetHost("one.example.", "127.0.0.1");
        Dns.SetHost("two.example.", "127.0.0.1");
        var authorities = new HashSet<string>();
        one.Health.OnAuthority = two.Health.OnAuthority = authority => { lock (authorities) authorities.Add(authority); };
        var realm = Group("tls", "dnssrv+_grpc._tcp.stores");
        realm.TlsConfig = Folder.WriteRealm("tls", _serverRoot, _clientRoot.IssueClient("querier"));
        Start(realm);

        var set = await UntilAll(EndpointHealth.Healthy);

        await CallBothAsync(set.Endpoints[0], one, two);
        lock (authorities)
            authorities.Should().BeSubsetOf([$"one.example:{one.Port}", $"two.example:{two.Port}"]);
    }

    private static RealmOptions Group(string name, string endpoint)
    {
        var realm = Realm(name, endpoint);
        realm.Group = true;
        return realm;
    }

    private static async Task CallBothAsync(GrpcEndpoint endpoint, EchoServer one, EchoServer two)
    {
        var (before1, before2) = (one.Calls, two.Calls);
        for (var call = 0; call < 200 && (one.Calls == before1 || two.Calls == before2); call++)
            await new Echo.EchoClient(endpoint.Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        one.Calls.Should().BeGreaterThan(before1);
        two.Calls.Should().BeGreaterThan(before2);
    }
}
