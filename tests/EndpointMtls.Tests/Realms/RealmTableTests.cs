using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Realms;

/// <summary>How addresses are assigned to realms, and what is logged about realms at the start.</summary>
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
    public async Task A_listed_address_belongs_to_its_realm_even_if_an_earlier_pattern_matches()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "everything", Match = { "*" } },
            new RealmOptions { Name = "listed", Endpoints = { "a:1" } });

        services.Factory.Describe("A:1").Realm.Should().Be("listed");
        services.Factory.Describe("a:2").Realm.Should().Be("everything");
    }

    [Test]
    public async Task Throws_for_an_address_without_a_realm_also_if_entries_repeat()
    {
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, Match = { "a:1", "b", "b" } });

        Assert.Throws<NoMatchingRealmException>(() => services.Factory.GetChannel("c:1"));
    }

    [Test]
    public async Task Throws_for_an_address_without_a_realm_and_names_the_closest_entry()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "in-cluster", Endpoints = { "sidecar-0:10901" } },
            new RealmOptions { Name = "remote-eu", Endpoints = { "store-1:10901" }, Match = { "*.eu.example.com" } });

        var exception = Assert.Throws<NoMatchingRealmException>(() => services.Factory.GetChannel("store-9:10901"));

        exception!.Address.Should().Be("store-9:10901");
        exception.Message.Should().Contain("'store-9:10901'").And.Contain("'remote-eu'").And.Contain("store-1:10901");
        exception.Message.Should().BeApproved();
        Assert.Throws<NoMatchingRealmException>(() => services.Factory.Describe("store-9:10901"));
    }

    [Test]
    public async Task Names_no_closest_entry_if_none_is_similar()
    {
        await using var services = TestServices.With(new RealmOptions { Endpoints = { "sidecar-0:10901" } });

        Assert.Throws<NoMatchingRealmException>(() => services.Factory.GetChannel("x:1"))!
            .Message.Should().BeApproved();
    }

    [Test]
    public async Task The_default_name_of_a_realm_is_its_position()
    {
        await using var services = TestServices.With(new RealmOptions { Match = { "*" } });

        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public async Task Logs_a_plaintext_realm_once()
    {
        await using var services = TestServices.With(
            new RealmOptions { Name = "in-cluster", Endpoints = { "a:1", "b:1" } });

        _ = services.Factory.GetChannel("a:1");
        _ = services.Factory.GetChannel("b:1");

        var entry = services.Logs.Entries.Where(entry => entry.EventId == 200).Should().ContainSingle().Which;
        entry.Level.Should().Be(LogLevel.Information);
        entry.Message.Should().Contain("'in-cluster'");
        entry.Message.Should().BeApproved();
    }

    [Test]
    public async Task Logs_the_certificate_and_the_trust_anchors_of_each_realm()
    {
        using var folder = new TempFolder();
        var ca = TestCa.CreateRoot("eu root");
        var client = ca.IssueClient("querier");
        await using var services = TestServices.With(
            new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = folder.WriteRealm("eu", ca, client) },
            new RealmOptions { Name = "us", Endpoints = { "b:1" }, TlsConfig = folder.WriteRealm("us", ca, client: null) });

        _ = services.Factory;

        var messages = services.Logs.Entries.Select(entry => entry.Message).ToList();
        messages.Should().HaveCount(2);
        messages[0].Should().Contain("'eu'").And.Contain("'CN=querier'").And.Contain(client.Leaf.SerialNumber)
            .And.Contain($"{client.Leaf.NotAfter.ToUniversalTime():u}").And.Contain("'CN=eu root'");
        messages[1].Should().Contain("'us'").And.Contain("'CN=eu root'");
        messages.Should().BeApproved();
    }
}
