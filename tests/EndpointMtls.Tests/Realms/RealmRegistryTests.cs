using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Realms;

/// <summary>What a reload of the configuration changes, and what it keeps.</summary>
public sealed class RealmRegistryTests : RegistryFixture
{
    [Test]
    public void An_added_realm_matches_its_addresses_immediately()
    {
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("d:1"));

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), Plain("more", "d:1"));

        Services.Factory.Describe("d:1").Realm.Should().Be("more");
        Logged(100).Should().Contain("added: 'more'");
        Logged(200).Should().Contain("'more'");
        new[] { Logged(100), Logged(200) }.Should().BeApproved();
    }

    [Test]
    public void Logs_a_realm_that_becomes_plaintext()
    {
        Source.Set(new RealmOptions { Name = "eu", Endpoints = { "eu:1" }, TlsConfig = new TlsOptions { Enabled = false } }, Realm("us"), Plain("plain", "c:1"));

        Logged(200).Should().Contain("'eu'");
        Logged(200).Should().BeApproved();
    }

    [Test]
    public void A_removed_realm_matches_no_address_and_its_provider_throws()
    {
        var provider = Provider("us");
        var rotating = provider.CreateRotatingClientOptions("b");

        Source.Set(Realm("eu"), Plain("plain", "c:1"));

        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("us:1"));
        Assert.Throws<InvalidOperationException>(() => Provider("us"));
        var message = Assert.Throws<InvalidOperationException>(() => provider.CreateClientOptions("b"))!.Message;
        message.Should().Contain("'us'");
        Assert.Throws<InvalidOperationException>(() => provider.CreateRotatingClientOptions("b"))!.Message.Should().Be(message);
        Assert.Throws<System.Security.Authentication.AuthenticationException>(() => rotating.LocalCertificateSelectionCallback!(this, "b", [], null, []))!.Message.Should().Be(message);
        Logged(100).Should().Contain("removed: 'us'");
        new[] { message, Logged(100) }.Should().BeApproved();
    }

    [Test]
    public void Unchanged_realms_keep_their_providers_and_generations()
    {
        var (eu, us) = (Provider("eu"), Provider("us"));

        Source.Set(Plain("new", "d:1"), Realm("us", realm => realm.Endpoints.Add("us:2")), Realm("eu"));

        Provider("eu").Should().BeSameAs(eu);
        Provider("us").Should().BeSameAs(us);
        (eu.Describe().Generation, us.Describe().Generation).Should().Be((1, 1));
        Services.Factory.Describe("us:2").Realm.Should().Be("us");
        Logged(100).Should().Contain("added: 'new'").And.Contain("changed: 'us'").And.Contain("removed: 'plain'");
        Logged(100).Should().BeApproved();
    }

    [Test]
    public void A_changed_realm_keeps_its_provider_with_a_new_generation()
    {
        var provider = Provider("eu");
        var changes = 0;
        using var _ = ChangeToken.OnChange(provider.GetChangeToken, () => changes++);
        var other = TestCa.CreateRoot("other");

        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Should().BeSameAs(provider);
        SpinWait.SpinUntil(() => Volatile.Read(ref changes) > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        provider.Describe().Should().Match<LoadedCertificates>(loaded => loaded.Generation == 2 && loaded.ClientCertificate!.Subject == "CN=other");
        provider.Describe().Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=other");
        provider.Describe().Files.Select(file => file.Path).Should().OnlyContain(path => path.Contains("/other/"));
        Provider("us").Describe().Generation.Should().Be(1);
    }

    [Test]
    public void A_realm_without_a_name_does_not_get_the_certificates_of_another_at_its_position()
    {
        Source.Set(Unnamed("eu"), Unnamed("us"));
        var (first, second) = (Provider("realms[0]"), Provider("realms[1]"));

        Source.Set(Unnamed("us"));

        Provider("realms[0]").Describe().ClientCertificate!.Subject.Should().Be("CN=us");
        first.Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
        Assert.Throws<InvalidOperationException>(() => first.CreateClientOptions("a"));
        Assert.Throws<InvalidOperationException>(() => second.CreateClientOptions("a"));

        RealmOptions Unnamed(string name) => Realm(name, realm => realm.Name = null);
    }

    [Test]
    public void Options_that_affect_no_handshake_keep_the_generation()
    {
        var token = Provider("eu").GetChangeToken();

        Source.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromHours(1)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().Generation.Should().Be(1);
        token.HasChanged.Should().BeFalse();
        Logged(100).Should().Contain("changed: 'eu'");
    }

    [Test]
    public void The_expected_server_name_changes_with_the_configuration()
    {
        var rotating = Provider("eu").CreateRotatingClientOptions("a");

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").CreateClientOptions("a").TargetHost.Should().Be("store");
        Services.Factory.Describe("eu:1").ServerName.Should().Be("store");
        rotating.TargetHost.Should().Be("a", "options belong to the caller that created them");
        Accepts(rotating, Root.IssueServer("store")).Should().BeTrue();
        Accepts(rotating, Root.IssueServer("a")).Should().BeFalse();
    }

    [Test]
    public void The_expected_server_name_is_the_host_again_when_server_name_is_removed()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));
        var rotating = Provider("eu").CreateRotatingClientOptions("a");

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Accepts(rotating, Root.IssueServer("a")).Should().BeTrue();
        Accepts(rotating, Root.IssueServer("store")).Should().BeFalse();
    }

    [Test]
    public void Logs_nothing_for_a_change_token_without_a_change()
    {
        var before = Services.Logs.Entries.Count;

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Services.Logs.Entries.Should().HaveCount(before);
    }

    [Test]
    public void Logs_another_order_of_realms()
    {
        Source.Set(Realm("us"), Realm("eu"), Plain("plain", "c:1"));

        Logged(100).Should().BeApproved();
    }

    [Test]
    public void ConfigureChannel_of_the_new_configuration_applies_to_new_channels()
    {
        Source.Set(options =>
        {
            options.Realms.Add(Plain("plain", "c:1"));
            options.ConfigureChannel = (_, channel) => channel.HttpVersion = new Version(2, 0);
        });

        Assert.Throws<InvalidOperationException>(() => Services.Factory.GetChannel("c:1"))!.Message.Should().Contain("HttpVersion");
    }

    private bool Accepts(System.Net.Security.SslClientAuthenticationOptions options, TestCertificate server)
    {
        using var chain = new System.Security.Cryptography.X509Certificates.X509Chain();
        try
        {
            return options.RemoteCertificateValidationCallback!(this, server.Leaf, chain, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors);
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}
