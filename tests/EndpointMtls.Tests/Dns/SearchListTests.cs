using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Which names are queried for a name, and the result.</summary>
public sealed class SearchListTests
{
    private LoopbackDnsServer _server = null!;
    private int _ndots;

    [SetUp]
    public void StartServer()
    {
        _server = new LoopbackDnsServer();
        _ndots = 1;
    }

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public async Task Queries_a_name_with_enough_dots_before_the_search_list()
    {
        (await ResolveAsync("store.eu")).Should().BeEmpty();

        Queries().Should().Equal("store.eu", "store.eu.x.test", "store.eu.y.test");
    }

    [Test]
    public async Task Queries_a_name_with_fewer_dots_after_the_search_list([Values("store", "store.eu", "a.b.c.d.e")] string name)
    {
        _ndots = 5;

        (await ResolveAsync(name)).Should().BeEmpty();

        Queries().Should().Equal($"{name}.x.test", $"{name}.y.test", name);
    }

    [Test]
    public async Task Queries_an_absolute_name_without_the_search_list()
    {
        _ndots = 5;

        (await ResolveAsync("store.")).Should().BeEmpty();

        Queries().Should().Equal("store");
    }

    [Test]
    public async Task Returns_the_first_answer_with_records()
    {
        _server.Set("store.x.test");
        _server.Set("store.y.test", new A("10.0.0.2"));
        _server.Set("store", new A("10.0.0.3"));

        (await ResolveAsync("store")).Should().Equal("10.0.0.2");

        Queries().Should().Equal("store.x.test", "store.y.test");
    }

    [Test]
    public async Task Returns_records_although_another_lookup_failed()
    {
        _server.On("store.x.test", DnsReaction.ServFail);
        _server.Set("store", new A("10.0.0.3"));

        (await ResolveAsync("store")).Should().Equal("10.0.0.3");
    }

    [Test]
    public async Task Fails_if_no_name_has_records_and_one_lookup_failed()
    {
        _server.On("store.x.test", DnsReaction.ServFail);

        (await Assert.ThrowsAsync<DnsException>(() => ResolveAsync("store")))!.Message.Should().BeApproved();
        Queries().Distinct().Should().Equal("store.x.test", "store.y.test", "store");
    }

    [Test]
    public async Task The_error_names_all_failed_lookups()
    {
        _server.OnAny(DnsReaction.Refused);

        (await Assert.ThrowsAsync<DnsException>(() => ResolveAsync("store")))!.Message.Should().ContainAll("'store.x.test'", "'store.y.test'", "'store'");
    }

    [Test]
    public async Task Skips_a_domain_that_makes_the_name_too_long()
    {
        var label = new string('x', 63);
        var name = $"{label}.{label}.{label}.{label[..55]}";

        await ResolveAsync(name);

        Queries().Should().Equal(name);
    }

    [Test]
    public async Task Rejects_an_invalid_name() =>
        (await Assert.ThrowsAsync<ArgumentException>(() => ResolveAsync(new string('x', 64))))!.Message.Should().BeApproved();

    private IEnumerable<string> Queries() => _server.Queries.Select(query => query.Name);

    private async Task<IEnumerable<string>> ResolveAsync(string name)
    {
        var settings = new DnsSettings { Servers = [_server.Endpoint], SearchDomains = ["x.test", "y.test"], Ndots = _ndots, Attempts = 1, Advice = "Do this" };
        var list = new SearchList(new DnsClient(TimeProvider.System), () => settings);
        var records = await list.ResolveAsync(name, DnsType.A, CancellationToken.None).WithTimeout();
        return records.Cast<AddressRecord>().Select(record => record.Address.ToString());
    }
}
