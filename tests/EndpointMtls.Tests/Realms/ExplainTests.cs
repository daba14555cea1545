using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Realms;

public sealed class ExplainTests
{
    private TestServices _services = null!;

    [SetUp]
    public void CreateRealms() => _services = TestServices.With(
        new RealmOptions { Name = "eu", Match = { "*.eu.example.com", "10.8.0.0/16" } },
        new RealmOptions { Name = "all", Match = { "*.EXAMPLE.com:443" }, Endpoints = { "a.eu.example.com:1", "dns+b.example.com:1", "http://Store:1" } });

    [TearDown]
    public async Task DisposeRealms() => await _services.DisposeAsync();

    [Test]
    public void Says_which_pattern_claims_an_address_and_what_was_tried_before() =>
        _services.Factory.Explain("dns:///B.example.com:443").Should().BeEquivalentTo(new AddressMatch
        {
            Address = "b.example.com:443",
            Realm = "all",
            MatchedBy = "*.EXAMPLE.com:443",
            MatchedAt = "realms[1].match[0]",
            TriedBefore =
            [
                new AddressMatchAttempt { Realm = "eu", Pattern = "*.eu.example.com" },
                new AddressMatchAttempt { Realm = "eu", Pattern = "10.8.0.0/16" },
            ],
        });

    [Test]
    public void Says_that_an_address_is_listed_before_any_pattern_is_tried() =>
        _services.Factory.Explain("A.eu.example.com:1").Should().BeEquivalentTo(new AddressMatch
        {
            Address = "a.eu.example.com:1",
            Realm = "all",
            MatchedBy = "a.eu.example.com:1",
            MatchedAt = "realms[1].endpoints[0]",
            IsListed = true,
        });

    [Test]
    public void Shows_a_listed_endpoint_as_it_was_written() =>
        _services.Factory.Explain("store:1").Should().BeEquivalentTo(new { MatchedBy = "http://Store:1", MatchedAt = "realms[1].endpoints[2]" });

    [Test]
    public void Says_what_comes_nearest_to_an_address_no_realm_claims()
    {
        var match = _services.Factory.Explain("store:2");

        match.Should().BeEquivalentTo(new { Address = "store:2", IsListed = false });
        match.Realm.Should().BeNull();
        match.MatchedBy.Should().BeNull();
        match.MatchedAt.Should().BeNull();
        match.TriedBefore.Should().HaveCount(3);
        match.Hint.Should().Be("No realm claims 'store:2'. Add it to a realm's 'endpoints' or 'match'; nearest: 'all' (store:1).");
    }

    [Test]
    public void Throws_for_what_is_no_address() =>
        Assert.Throws<FormatException>(() => _services.Factory.Explain("dns+b.example.com:1"))!
            .Message.Should().Be("'dns+b.example.com:1' is not an address: it is a discovery address. List it in a realm's 'endpoints'.");

    [Test]
    public void Every_way_to_write_an_address_leads_to_the_same_channel()
    {
        var channel = _services.Factory.GetChannel("store:1");

        _services.Factory.GetChannel("dns:///STORE.:1").Should().BeSameAs(channel);
        _services.Factory.GetChannel("http://store:1/").Should().BeSameAs(channel);
    }

    [Test]
    public void An_address_that_asks_for_TLS_gets_nothing_from_a_realm_in_plaintext()
    {
        _ = _services.Factory.GetChannel("store:1");

        Assert.Throws<InvalidOperationException>(() => _services.Factory.GetChannel("https://store:1"))!
            .Message.Should().Be("'https://store:1' asks for TLS, and realm 'all' is plaintext: it has no 'tls_config'. Write 'store:1': whether TLS is used is the realm's decision.");
        Assert.Throws<InvalidOperationException>(() => _services.Factory.Describe("https://store:1"));
        _services.Factory.Explain("https://store:1").Realm.Should().Be("all");
    }

    [Test]
    public async Task An_address_that_asks_for_plaintext_gets_nothing_from_a_realm_with_TLS()
    {
        using var folder = new TempFolder();
        await using var services = TestServices.With(
            new RealmOptions { Name = "eu", Endpoints = { "https://a:1" }, TlsConfig = folder.WriteRealm("eu", TestCa.CreateRoot("eu root"), client: null) });

        services.Factory.Describe("https://a:1").ServerName.Should().Be("a");
        Assert.Throws<InvalidOperationException>(() => services.Factory.GetChannel("http://a:1"))!
            .Message.Should().Be("'http://a:1' asks for plaintext, and realm 'eu' has a 'tls_config'. Write 'a:1': whether TLS is used is the realm's decision.");
    }

    [Test]
    public async Task A_socket_is_expected_to_be_this_machine()
    {
        using var folder = new TempFolder();
        await using var services = TestServices.With(
            new RealmOptions { Name = "eu", Match = { "unix:/run/store.sock" }, TlsConfig = folder.WriteRealm("eu", TestCa.CreateRoot("eu root"), client: null) });

        services.Factory.Describe("unix:///run/store.sock").Should().BeEquivalentTo(new { Address = "unix:/run/store.sock", ServerName = "localhost" });
    }

    [Test]
    public void A_client_registered_for_the_wrong_protection_keeps_the_host_from_starting()
    {
        var services = new TestServices(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "lan", Match = { "*" } }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("https://a:1"));

        Assert.Catch<OptionsValidationException>(() => _ = services.Factory)!
            .Message.Should().StartWith("AddEndpointGrpcClient: 'https://a:1' asks for TLS, and realm 'lan' is plaintext");
    }
}
