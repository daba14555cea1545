using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Realms;

public sealed class RealmTableTests
{
    [Test]
    public async Task The_first_realm_whose_pattern_matches_wins()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "narrow", Match = { "*.eu.example.com" } },
            new RealmOptions { Name = "wide", Match = { "*.example.com" } });

        services.Factory.Describe("a.eu.example.com:1").Realm.Should().Be("narrow");
        services.Factory.Describe("a.us.example.com:1").Realm.Should().Be("wide");
    }

    [Test]
    public async Task A_listed_address_belongs_to_its_realm_whatever_an_earlier_pattern_says()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "everything", Match = { "*" } },
            new RealmOptions { Name = "listed", Endpoints = { "a:1" } });

        services.Factory.Describe("A:1").Realm.Should().Be("listed");
        services.Factory.Describe("a:2").Realm.Should().Be("everything");
    }

    [Test]
    public async Task An_address_no_realm_claims_is_that_error_also_where_claims_repeat_themselves()
    {
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, Match = { "a:1", "b", "b" } });

        Assert.Throws<NoMatchingRealmException>(() => services.Factory.GetChannel("c:1"));
    }

    [Test]
    public async Task An_address_no_realm_claims_is_an_error_that_names_the_nearest()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "in-cluster", Endpoints = { "sidecar-0:10901" } },
            new RealmOptions { Name = "remote-eu", Endpoints = { "store-1:10901" }, Match = { "*.eu.example.com" } });

        var exception = Assert.Throws<NoMatchingRealmException>(() => services.Factory.GetChannel("store-9:10901"));

        exception!.Address.Should().Be("store-9:10901");
        exception.Message.Should().Be("No realm claims 'store-9:10901'. Add it to a realm's 'endpoints' or 'match'; nearest: 'remote-eu' (store-1:10901).");
        Assert.Throws<NoMatchingRealmException>(() => services.Factory.Describe("store-9:10901"));
    }

    [Test]
    public async Task An_address_that_resembles_nothing_gets_no_advice()
    {
        await using var services = TestServices.With(new RealmOptions { Endpoints = { "sidecar-0:10901" } });

        Assert.Throws<NoMatchingRealmException>(() => services.Factory.GetChannel("x:1"))!
            .Message.Should().Be("No realm claims 'x:1'. Add it to a realm's 'endpoints' or 'match'.");
    }

    [Test]
    public async Task A_realm_without_a_name_is_called_by_its_place()
    {
        await using var services = TestServices.With(new RealmOptions { Match = { "*" } });

        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public async Task A_plaintext_realm_is_logged_as_such_once()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "in-cluster", Endpoints = { "a:1", "b:1" } });

        _ = services.Factory.GetChannel("a:1");
        _ = services.Factory.GetChannel("b:1");

        services.Logs.Entries.Where(entry => entry.EventId == 200).Should().ContainSingle()
            .Which.Should().Be(new LogEntry(LogLevel.Information, 200, "Realm 'in-cluster' is plaintext: it has no 'tls_config'."));
    }

    [Test]
    public async Task A_realm_with_certificates_says_whom_it_presents_and_trusts()
    {
        using var folder = new TempFolder();
        var authority = TestCa.CreateRoot("eu root");
        var client = authority.IssueClient("querier");
        await using var services = TestServices.With(
            new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = folder.WriteRealm("eu", authority, client) },
            new RealmOptions { Name = "us", Endpoints = { "b:1" }, TlsConfig = folder.WriteRealm("us", authority, client: null) });

        _ = services.Factory;

        services.Logs.Entries.Select(entry => entry.Message).Should().Equal(
            $"Realm 'eu' presents certificate 'CN=querier' ({client.Leaf.SerialNumber}), valid until {client.Leaf.NotAfter.ToUniversalTime():u}, and trusts 'CN=eu root'.",
            "Realm 'us' presents no certificate, and trusts 'CN=eu root'.");
    }
}
