using System.Net;
using System.Net.Sockets;
using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Lookups as discovery makes them, against a real server.</summary>
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
    public async Task Services_are_found_in_the_order_of_the_answer()
    {
        _server.Add(Stores, new Srv("Store-2.Test", 10901, Priority: 1, Weight: 2));
        _server.Add(Stores, new Srv("store-1.test", 0));

        (await ServicesAsync(Stores)).Should().Equal(new DnsServiceRecord("store-2.test", 10901, 1, 2), new DnsServiceRecord("store-1.test", 0, 0, 0));
    }

    [Test]
    public async Task What_the_server_knows_later_is_found_later()
    {
        (await ServicesAsync(Stores)).Should().BeEmpty();
        _server.Set(Stores, new Srv("a.test", 1));
        (await ServicesAsync(Stores)).Should().HaveCount(1);
        _server.Set(Stores);
        (await ServicesAsync(Stores)).Should().BeEmpty();
    }

    [Test]
    public async Task A_service_that_is_decidedly_not_there_is_not_there()
    {
        _server.Set(Stores, new Srv(".", 0));

        (await ServicesAsync(Stores)).Should().BeEmpty();
    }

    [Test]
    public async Task Addresses_of_both_families_are_found_by_two_questions()
    {
        _server.Set("store.test", new A("10.0.0.1"), new A("10.0.0.2"), new Aaaa("fd00::1"));

        (await AddressesAsync("store.test")).Should().Equal("10.0.0.1", "10.0.0.2", "fd00::1");
        _server.Asked.Select(asked => asked.Type).Should().BeEquivalentTo("A", "AAAA");
    }

    [TestCase(AddressFamily.InterNetwork, "A", "10.0.0.1")]
    [TestCase(AddressFamily.InterNetworkV6, "AAAA", "fd00::1")]
    public async Task Only_what_is_wanted_is_asked_for(AddressFamily family, string type, string address)
    {
        _server.Set("store.test", new A("10.0.0.1"), new Aaaa("fd00::1"));

        (await AddressesAsync("store.test", family)).Should().Equal(address);
        _server.Asked.Select(asked => asked.Type).Should().Equal(type);
    }

    [Test]
    public async Task Aliases_are_followed_within_the_answer()
    {
        _server.Set("store.test", new Cname("b.test"));
        _server.Set("b.test", new Cname("c.test"));
        _server.Set("c.test", new A("10.0.0.3"));

        (await AddressesAsync("store.test")).Should().Equal("10.0.0.3");
    }

    [Test]
    public async Task Half_an_answer_is_a_failure()
    {
        _server.Set("store.test", new A("10.0.0.1"));
        _server.On("store.test", DnsReaction.To("AAAA", DnsReaction.ServFail));

        (await Assert.ThrowsAsync<DnsException>(() => AddressesAsync("store.test")))!.Message.Should().Match("Could not look up AAAA 'store.test'*SERVFAIL*Check the DNS servers that discovery was given*");
    }

    [TestCase("10.0.0.1", AddressFamily.Unspecified, "10.0.0.1")]
    [TestCase("fd00::1", AddressFamily.Unspecified, "fd00::1")]
    [TestCase("10.0.0.1", AddressFamily.InterNetwork, "10.0.0.1")]
    [TestCase("10.0.0.1", AddressFamily.InterNetworkV6)]
    public async Task An_IP_address_is_its_own_answer(string host, AddressFamily family, params string[] addresses)
    {
        (await AddressesAsync(host, family)).Should().Equal(addresses);
        _server.Asked.Should().BeEmpty();
    }

    [Test]
    public async Task An_unknown_family_is_refused() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AddressesAsync("store.test", AddressFamily.Unix));

    [Test]
    public async Task The_servers_and_domains_of_resolv_conf_serve_when_none_are_given()
    {
        using var folder = new TempFolder();
        var resolver = new DnsResolver([], TimeProvider.System, folder.Write("resolv.conf", "nameserver 127.0.0.1\nsearch x.test stores.test\noptions ndots:5"), _server.Endpoint.Port);
        _server.Set(Stores, new Srv("a.test", 1));

        (await resolver.ResolveServicesAsync("_grpc._tcp", CancellationToken.None).WithTimeout()).Should().HaveCount(1);
        (await resolver.ResolveServicesAsync($"{Stores}.", CancellationToken.None).WithTimeout()).Should().HaveCount(1);
        _server.Asked.Select(asked => asked.Name).Should().Equal("_grpc._tcp.x.test", Stores, Stores);
    }

    [Test]
    public async Task Addresses_are_asked_of_the_system_when_no_servers_are_given()
    {
        using var folder = new TempFolder();
        var resolver = new DnsResolver([], TimeProvider.System, folder.Write("resolv.conf", "nameserver 127.0.0.1"), _server.Endpoint.Port);

        (await resolver.ResolveAddressesAsync("localhost", AddressFamily.InterNetwork, CancellationToken.None).WithTimeout()).Should().Equal(IPAddress.Loopback);
        _server.Asked.Should().BeEmpty();
    }

    [Test]
    public async Task Cancellation_ends_a_lookup_wherever_it_is()
    {
        var release = new TaskCompletionSource();
        _server.Hold(release.Task);
        using var cancellation = new CancellationTokenSource();

        var asking = _resolver.ResolveAddressesAsync("store.test", AddressFamily.Unspecified, cancellation.Token);
        await _server.WaitForQueryAsync("store.test", "AAAA");
        await cancellation.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => asking.WithTimeout());
        await Assert.CatchAsync<OperationCanceledException>(() => _resolver.ResolveServicesAsync(Stores, cancellation.Token));
        await Assert.CatchAsync<OperationCanceledException>(() => _resolver.ResolveAddressesAsync("10.0.0.1", AddressFamily.Unspecified, cancellation.Token));
        release.SetResult();
    }

    private Task<IReadOnlyList<DnsServiceRecord>> ServicesAsync(string name) => _resolver.ResolveServicesAsync(name, CancellationToken.None).WithTimeout();

    private async Task<IEnumerable<string>> AddressesAsync(string host, AddressFamily family = AddressFamily.Unspecified) =>
        (await _resolver.ResolveAddressesAsync(host, family, CancellationToken.None).WithTimeout()).Select(address => address.ToString());
}
