using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Dns;

/// <summary>Under which names a name is looked for, and what comes of it.</summary>
public sealed class SearchListTests
{
    private LoopbackDnsServer _server = null!;
    private int _dots;

    [SetUp]
    public void StartServer()
    {
        _server = new LoopbackDnsServer();
        _dots = 1;
    }

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public async Task A_name_with_enough_dots_is_tried_as_it_is_first()
    {
        (await FindAsync("store.eu")).Should().BeEmpty();

        Asked().Should().Equal("store.eu", "store.eu.x.test", "store.eu.y.test");
    }

    [Test]
    public async Task A_name_with_fewer_dots_is_tried_as_it_is_last([Values("store", "store.eu", "a.b.c.d.e")] string name)
    {
        _dots = 5;

        (await FindAsync(name)).Should().BeEmpty();

        Asked().Should().Equal($"{name}.x.test", $"{name}.y.test", name);
    }

    [Test]
    public async Task An_absolute_name_is_tried_as_it_is_only()
    {
        _dots = 5;

        (await FindAsync("store.")).Should().BeEmpty();

        Asked().Should().Equal("store");
    }

    [Test]
    public async Task The_first_answer_with_something_in_it_wins()
    {
        _server.Set("store.x.test");
        _server.Set("store.y.test", new A("10.0.0.2"));
        _server.Set("store", new A("10.0.0.3"));

        (await FindAsync("store")).Should().Equal("10.0.0.2");

        Asked().Should().Equal("store.x.test", "store.y.test");
    }

    [Test]
    public async Task An_answer_counts_although_another_name_could_not_be_looked_up()
    {
        _server.On("store.x.test", DnsReaction.ServFail);
        _server.Set("store", new A("10.0.0.3"));

        (await FindAsync("store")).Should().Equal("10.0.0.3");
    }

    [Test]
    public async Task Nothing_found_while_a_name_could_not_be_looked_up_is_a_failure()
    {
        _server.On("store.x.test", DnsReaction.ServFail);

        (await Assert.ThrowsAsync<DnsException>(() => FindAsync("store")))!.Message.Should().Be($"Could not look up A 'store.x.test': {_server.Endpoint} answered SERVFAIL. Do this.");
        Asked().Distinct().Should().Equal("store.x.test", "store.y.test", "store");
    }

    [Test]
    public async Task All_failures_are_told()
    {
        _server.OnAny(DnsReaction.Refused);

        (await Assert.ThrowsAsync<DnsException>(() => FindAsync("store")))!.Message.Should().ContainAll("'store.x.test'", "'store.y.test'", "'store'");
    }

    [Test]
    public async Task A_domain_in_which_the_name_would_be_too_long_is_left_out()
    {
        var part = new string('x', 63);
        var name = $"{part}.{part}.{part}.{part[..55]}";

        await FindAsync(name);

        Asked().Should().Equal(name);
    }

    [Test]
    public async Task A_name_that_cannot_be_asked_for_is_refused_with_the_reason() =>
        (await Assert.ThrowsAsync<ArgumentException>(() => FindAsync(new string('x', 64))))!.Message.Should().Match("The name 'xxx*' has a part of 64 characters*63*");

    private IEnumerable<string> Asked() => _server.Asked.Select(asked => asked.Name);

    private async Task<IEnumerable<string>> FindAsync(string name)
    {
        var settings = new DnsSettings { Servers = [_server.Endpoint], Search = ["x.test", "y.test"], Dots = _dots, Attempts = 1, Advice = "Do this" };
        var list = new SearchList(new DnsClient(TimeProvider.System), () => settings);
        var records = await list.FindAsync(name, DnsType.A, CancellationToken.None).WithTimeout();
        return records.Cast<AddressRecord>().Select(record => record.Address.ToString());
    }
}
