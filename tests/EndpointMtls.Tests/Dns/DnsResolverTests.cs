using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Lookups through the public interface, with a DNS server on loopback.</summary>
public sealed class DnsResolverTests
{
    private const string Stores = "_grpc._tcp.stores.test";

    private LoopbackDnsServer _server = null!;
    private DnsResolver _resolver = null!;

    [SetUp]
    public void StartServer()
    {
        _server = new LoopbackDnsServer();
        _resolver = new DnsResolver([_server.Endpoint], TimeProvider.System);
    }

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public async Task Returns_SRV_records_in_the_order_of_the_answer()
    {
        _server.Add(Stores, new Srv("Store-2.Test", 10901, Priority: 1, Weight: 2));
        _server.Add(Stores, new Srv("store-1.test", 0));

        (await ServicesAsync(Stores)).Should().Equal(new DnsServiceRecord("store-2.test", 10901, 1, 2), new DnsServiceRecord("store-1.test", 0, 0, 0));
    }

    [Test]
    public async Task Returns_changed_records()
    {
        (await ServicesAsync(Stores)).Should().BeEmpty();
        _server.Set(Stores, new Srv("a.test", 1));
        (await ServicesAsync(Stores)).Should().HaveCount(1);
        _server.Set(Stores);
        (await ServicesAsync(Stores)).Should().BeEmpty();
    }

    [Test]
    public async Task Returns_nothing_for_a_service_that_is_not_available()
    {
        _server.Set(Stores, new Srv(".", 0));

        (await ServicesAsync(Stores)).Should().BeEmpty();
    }

    [Test]
    public async Task Queries_A_and_AAAA_records()
    {
        _server.Set("store.test", new A("10.0.0.1"), new A("10.0.0.2"), new Aaaa("fd00::1"));

        (await AddressesAsync("store.test")).Should().Equal("10.0.0.1", "10.0.0.2", "fd00::1");
        _server.Queries.Select(query => query.Type).Should().BeEquivalentTo("A", "AAAA");
    }

    [TestCase(AddressFamily.InterNetwork, "A", "10.0.0.1")]
    [TestCase(AddressFamily.InterNetworkV6, "AAAA", "fd00::1")]
    public async Task Queries_only_the_requested_family(AddressFamily family, string type, string address)
    {
        _server.Set("store.test", new A("10.0.0.1"), new Aaaa("fd00::1"));

        (await AddressesAsync("store.test", family)).Should().Equal(address);
        _server.Queries.Select(query => query.Type).Should().Equal(type);
    }

    [Test]
    public async Task Follows_aliases_within_the_answer()
    {
        _server.Set("store.test", new Cname("b.test"));
        _server.Set("b.test", new Cname("c.test"));
        _server.Set("c.test", new A("10.0.0.3"));

        (await AddressesAsync("store.test")).Should().Equal("10.0.0.3");
    }

    [Test]
    public async Task Fails_if_the_query_for_one_family_fails()
    {
        _server.Set("store.test", new A("10.0.0.1"));
        _server.On("store.test", DnsReaction.To("AAAA", DnsReaction.ServFail));

        (await Assert.ThrowsAsync<DnsException>(() => AddressesAsync("store.test")))!.Message.Should().BeApproved();
    }

    [TestCase("10.0.0.1", AddressFamily.Unspecified, "10.0.0.1")]
    [TestCase("fd00::1", AddressFamily.Unspecified, "fd00::1")]
    [TestCase("10.0.0.1", AddressFamily.InterNetwork, "10.0.0.1")]
    [TestCase("10.0.0.1", AddressFamily.InterNetworkV6)]
    public async Task Returns_an_IP_address_without_a_query(string host, AddressFamily family, params string[] addresses)
    {
        (await AddressesAsync(host, family)).Should().Equal(addresses);
        _server.Queries.Should().BeEmpty();
    }

    [Test]
    public async Task Rejects_an_unknown_family() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AddressesAsync("store.test", AddressFamily.Unix));

    [Test]
    public async Task Uses_the_name_servers_and_the_search_list_of_resolv_conf_by_default()
    {
        using var folder = new TempFolder();
        var resolver = new DnsResolver([], TimeProvider.System, folder.Write("resolv.conf", "nameserver 127.0.0.1\nsearch x.test stores.test\noptions ndots:5"), _server.Endpoint.Port);
        _server.Set(Stores, new Srv("a.test", 1));

        (await resolver.ResolveServicesAsync("_grpc._tcp", CancellationToken.None).WithTimeout()).Should().HaveCount(1);
        (await resolver.ResolveServicesAsync($"{Stores}.", CancellationToken.None).WithTimeout()).Should().HaveCount(1);
        _server.Queries.Select(query => query.Name).Should().Equal("_grpc._tcp.x.test", Stores, Stores);
    }

    [Test]
    public async Task Resolves_addresses_with_the_system_by_default()
    {
        using var folder = new TempFolder();
        var resolver = new DnsResolver([], TimeProvider.System, folder.Write("resolv.conf", "nameserver 127.0.0.1"), _server.Endpoint.Port);

        (await resolver.ResolveAddressesAsync("localhost", AddressFamily.InterNetwork, CancellationToken.None).WithTimeout()).Should().Equal(IPAddress.Loopback);
        _server.Queries.Should().BeEmpty();
    }

    [Test]
    public async Task Cancellation_stops_a_lookup()
    {
        var release = new TaskCompletionSource();
        _server.DelayUntil(release.Task);
        using var cancellation = new CancellationTokenSource();

        var lookup = _resolver.ResolveAddressesAsync("store.test", AddressFamily.Unspecified, cancellation.Token);
        await _server.WaitForQueryAsync("store.test", "AAAA");
        await cancellation.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => lookup.WithTimeout());
        await Assert.CatchAsync<OperationCanceledException>(() => _resolver.ResolveServicesAsync(Stores, cancellation.Token));
        await Assert.CatchAsync<OperationCanceledException>(() => _resolver.ResolveAddressesAsync("10.0.0.1", AddressFamily.Unspecified, cancellation.Token));
        release.SetResult();
    }

    private Task<IReadOnlyList<DnsServiceRecord>> ServicesAsync(string name) => _resolver.ResolveServicesAsync(name, CancellationToken.None).WithTimeout();

    private async Task<IEnumerable<string>> AddressesAsync(string host, AddressFamily family = AddressFamily.Unspecified) =>
        (await _resolver.ResolveAddressesAsync(host, family, CancellationToken.None).WithTimeout()).Select(address => address.ToString());
}
