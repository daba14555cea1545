using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Realms;

/// <summary>Which realm an address belongs to, and how <c>Explain</c> describes it.</summary>
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
    public void Explains_which_pattern_matches_and_which_were_tried_before() =>
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
    public void Explains_a_listed_address_without_any_tried_pattern() =>
        _services.Factory.Explain("A.eu.example.com:1").Should().BeEquivalentTo(new AddressMatch
        {
            Address = "a.eu.example.com:1",
            Realm = "all",
            MatchedBy = "a.eu.example.com:1",
            MatchedAt = "realms[1].endpoints[0]",
            IsListed = true,
        });

    [Test]
    public void Shows_a_listed_endpoint_as_written() =>
        _services.Factory.Explain("store:1").Should().BeEquivalentTo(new { MatchedBy = "http://Store:1", MatchedAt = "realms[1].endpoints[2]" });

    [Test]
    public void Explains_an_address_that_no_realm_matches_with_the_closest_entry()
    {
        var match = _services.Factory.Explain("store:2");

        match.Should().BeEquivalentTo(new { Address = "store:2", IsListed = false });
        match.Realm.Should().BeNull();
        match.MatchedBy.Should().BeNull();
        match.MatchedAt.Should().BeNull();
        match.TriedBefore.Should().HaveCount(3);
        match.Hint.Should().Contain("'store:2'").And.Contain("'all'").And.Contain("store:1");
        match.Hint.Should().BeApproved();
    }

    [Test]
    public void Throws_for_a_discovery_address() =>
        Assert.Throws<FormatException>(() => _services.Factory.Explain("dns+b.example.com:1"))!
            .Message.Should().BeApproved();

    [Test]
    public void All_spellings_of_an_address_return_the_same_channel()
    {
        var channel = _services.Factory.GetChannel("store:1");

        _services.Factory.GetChannel("dns:///STORE.:1").Should().BeSameAs(channel);
        _services.Factory.GetChannel("http://store:1/").Should().BeSameAs(channel);
    }

    [Test]
    public void Rejects_an_https_address_in_a_plaintext_realm()
    {
        _ = _services.Factory.GetChannel("store:1");

        Assert.Throws<InvalidOperationException>(() => _services.Factory.GetChannel("https://store:1"))!
            .Message.Should().BeApproved();
        Assert.Throws<InvalidOperationException>(() => _services.Factory.Describe("https://store:1"));
        _services.Factory.Explain("https://store:1").Realm.Should().Be("all");
    }

    [Test]
    public async Task Rejects_an_http_address_in_a_TLS_realm()
    {
        using var folder = new TempFolder();
        await using var services = TestServices.With(
            new RealmOptions { Name = "eu", Endpoints = { "https://a:1" }, TlsConfig = folder.WriteRealm("eu", TestCa.CreateRoot("eu root"), client: null) });

        services.Factory.Describe("https://a:1").ServerName.Should().Be("a");
        Assert.Throws<InvalidOperationException>(() => services.Factory.GetChannel("http://a:1"))!
            .Message.Should().BeApproved();
    }

    [Test]
    public async Task The_expected_server_name_of_a_Unix_domain_socket_is_localhost()
    {
        using var folder = new TempFolder();
        await using var services = TestServices.With(
            new RealmOptions { Name = "eu", Match = { "unix:/run/store.sock" }, TlsConfig = folder.WriteRealm("eu", TestCa.CreateRoot("eu root"), client: null) });

        services.Factory.Describe("unix:///run/store.sock").Should().BeEquivalentTo(new { Address = "unix:/run/store.sock", ServerName = "localhost" });
    }

    [Test]
    public void The_start_fails_if_a_registered_client_has_the_scheme_of_the_wrong_security()
    {
        var services = new TestServices(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "lan", Match = { "*" } }))
            .AddEndpointGrpcClient<Protos.Echo.EchoClient>("https://a:1"));

        Assert.Catch<OptionsValidationException>(() => _ = services.Factory)!
            .Message.Should().StartWith("AddEndpointGrpcClient: 'https://a:1' ").And.Contain("realm 'lan'");
    }
}
