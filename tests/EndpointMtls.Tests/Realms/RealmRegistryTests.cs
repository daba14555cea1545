using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Realms;

/// <summary>What a change of the configuration brings into force, and what it leaves alone.</summary>
public sealed class RealmRegistryTests : RegistryFixture
{
    [Test]
    public void A_realm_that_is_added_claims_its_addresses_at_once()
    {
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("d:1"));

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), Plain("more", "d:1"));

        Services.Factory.Describe("d:1").Realm.Should().Be("more");
        Logged(100).Should().Be("The configuration has changed. Realms added: 'more'; changed: none; removed: none; left as they are: 3.");
        Logged(200).Should().Be("Realm 'more' is plaintext: it has no 'tls_config'.");
    }

    [Test]
    public void A_realm_that_becomes_plaintext_is_told_as_such()
    {
        Source.Set(new RealmOptions { Name = "eu", Endpoints = { "eu:1" }, TlsConfig = new TlsOptions { Enabled = false } }, Realm("us"), Plain("plain", "c:1"));

        Logged(200).Should().Be("Realm 'eu' is plaintext: its 'tls_config' says 'enabled: false'.");
    }

    [Test]
    public void A_realm_that_is_removed_claims_nothing_and_its_provider_says_so()
    {
        var provider = Provider("us");
        var rotating = provider.CreateRotatingClientOptions("b");

        Source.Set(Realm("eu"), Plain("plain", "c:1"));

        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("us:1"));
        Assert.Throws<InvalidOperationException>(() => Provider("us"));
        const string message = "Realm 'us': it is no longer in the configuration, or has become plaintext. Ask the container for the realm that has taken its place.";
        Assert.Throws<InvalidOperationException>(() => provider.CreateClientOptions("b"))!.Message.Should().Be(message);
        Assert.Throws<InvalidOperationException>(() => provider.CreateRotatingClientOptions("b"))!.Message.Should().Be(message);
        Assert.Throws<System.Security.Authentication.AuthenticationException>(() => rotating.LocalCertificateSelectionCallback!(this, "b", [], null, []))!.Message.Should().Be(message);
        Logged(100).Should().Be("The configuration has changed. Realms added: none; changed: none; removed: 'us'; left as they are: 2.");
    }

    [Test]
    public void Realms_that_stay_the_same_keep_their_providers_and_generations()
    {
        var (eu, us) = (Provider("eu"), Provider("us"));

        Source.Set(Plain("new", "d:1"), Realm("us", realm => realm.Endpoints.Add("us:2")), Realm("eu"));

        Provider("eu").Should().BeSameAs(eu);
        Provider("us").Should().BeSameAs(us);
        (eu.Describe().Generation, us.Describe().Generation).Should().Be((1, 1));
        Services.Factory.Describe("us:2").Realm.Should().Be("us");
        Logged(100).Should().Be("The configuration has changed. Realms added: 'new'; changed: 'us'; removed: 'plain'; left as they are: 1.");
    }

    [Test]
    public void A_realm_that_changes_goes_on_with_the_same_provider_in_another_generation()
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
    public void A_realm_without_a_name_does_not_become_another_one_that_takes_its_place()
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
    public void Rules_that_concern_no_handshake_change_no_generation()
    {
        var token = Provider("eu").GetChangeToken();

        Source.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromHours(1)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().Generation.Should().Be(1);
        token.HasChanged.Should().BeFalse();
        Logged(100).Should().Contain("changed: 'eu'");
    }

    [Test]
    public void The_name_to_expect_changes_with_the_configuration()
    {
        var rotating = Provider("eu").CreateRotatingClientOptions("a");

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").CreateClientOptions("a").TargetHost.Should().Be("store");
        Services.Factory.Describe("eu:1").ServerName.Should().Be("store");
        rotating.TargetHost.Should().Be("a", "options that were handed out are not changed beneath their owner");
        Accepts(rotating, Root.IssueServer("store")).Should().BeTrue();
        Accepts(rotating, Root.IssueServer("a")).Should().BeFalse();
    }

    [Test]
    public void Without_a_name_to_expect_any_more_it_is_that_of_the_host_again()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));
        var rotating = Provider("eu").CreateRotatingClientOptions("a");

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Accepts(rotating, Root.IssueServer("a")).Should().BeTrue();
        Accepts(rotating, Root.IssueServer("store")).Should().BeFalse();
    }

    [Test]
    public void A_signal_without_a_change_tells_nothing()
    {
        var before = Services.Logs.Entries.Count;

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Services.Logs.Entries.Should().HaveCount(before);
    }

    [Test]
    public void Another_order_of_the_realms_is_told()
    {
        Source.Set(Realm("us"), Realm("eu"), Plain("plain", "c:1"));

        Logged(100).Should().Be("The configuration has changed. Realms added: none; changed: none; removed: none; left as they are: 3.");
    }

    [Test]
    public void What_adjusts_channels_is_that_of_the_configuration_in_force()
    {
        Source.Set(options =>
        {
            options.Realms.Add(Plain("plain", "c:1"));
            options.ConfigureChannel = channel => channel.HttpVersion = new Version(2, 0);
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
