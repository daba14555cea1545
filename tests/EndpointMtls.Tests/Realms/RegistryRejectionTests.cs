using EndpointMtls.Files;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Realms;

/// <summary>A change of the configuration that is wrong: it changes nothing, and is told once.</summary>
public sealed class RegistryRejectionTests : RegistryFixture
{
    [Test]
    public void What_is_wrong_changes_nothing_and_is_told_once_with_every_error()
    {
        var bad = new[] { Realm("eu", realm => realm.TlsConfig!.CaFile[0] = Folder["none.crt"]), Realm("us", realm => realm.TlsConfig!.KeyFile = null), Plain("plain", "x") };

        Source.Set(bad);
        Time.Advance(FileMonitor.QuietPeriod);
        Source.Set(bad);
        Time.Advance(FileMonitor.QuietPeriod);

        Provider("eu").Describe().Generation.Should().Be(1);
        Services.Factory.Describe("c:1").Realm.Should().Be("plain");
        Services.Logs.Entries.Where(entry => entry.EventId == 101).Should().ContainSingle().Which.Should().Be(new LogEntry(LogLevel.Error, 101,
            "The configuration was changed and cannot be taken over; what was in force before stays. "
            + "realms[1].tls_config.key_file: required because 'cert_file' is set. Set both, or neither. "
            + "realms[2].endpoints[0]: 'x' is not an address: it has no port. Write 'host:port'; there is no default port. "
            + $"realms[0].tls_config.ca_file: realm 'eu': '{Folder["none.crt"]}' does not exist. Check the path."));
    }

    [Test]
    public void A_realm_with_an_error_keeps_the_others_from_changing()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Plain("us", "x"), Plain("new", "d:1"));

        Provider("eu").Describe().Generation.Should().Be(1);
        Services.Factory.Describe("eu:1").ServerName.Should().Be("eu");
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("d:1"));
    }

    [Test]
    public void What_is_refused_leaves_nothing_running_but_another_try_and_what_is_in_order_not_even_that()
    {
        var timers = Time.RunningTimers;

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), Realm("new"), Realm("late", realm => realm.TlsConfig!.CaFile[0] = Folder["none.crt"]));
        Time.RunningTimers.Should().Be(timers + 1);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 201 && entry.Message.Contains("'new'"));

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));
        Time.RunningTimers.Should().Be(timers);
    }

    [Test]
    public void What_comes_into_force_after_an_error_is_told_as_a_change_and_not_as_what_was_in_force()
    {
        Source.Set(Plain("plain", "x"));

        Source.Set(Realm("eu"), Plain("plain", "c:1"));

        Services.Logs.Entries.Should().Contain(entry => entry.EventId == 100).And.NotContain(entry => entry.EventId == 102);
    }

    [Test]
    public void A_warning_is_told_once_and_again_when_it_comes_back()
    {
        var (strange, sound) = (new RealmOptions { Name = "more", Match = { "a", "a" } }, new RealmOptions { Name = "more", Match = { "a" } });

        Source.Set(strange);
        Source.Set(strange, Plain("plain", "c:1"));
        Services.Logs.Entries.Count(entry => entry.EventId == 103).Should().Be(1);

        Source.Set(sound);
        Source.Set(strange);
        Services.Logs.Entries.Count(entry => entry.EventId == 103).Should().Be(2);
    }

    [Test]
    public void What_is_in_order_again_is_told()
    {
        Source.Set(Plain("plain", "x"));

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Logged(102).Should().Be("The configuration is in order again, and says what is in force.");
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 100);
        Time.Advance(RealmRegistry.RetryInterval);
        Services.Logs.Entries.Count(entry => entry.EventId == 102).Should().Be(1);
    }

    [Test]
    public void What_stays_wrong_for_the_same_reason_is_told_once_however_long_it_takes()
    {
        var expired = Root.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddDays(-1));
        var tls = Folder.WriteRealm("expired", Root, expired);
        tls.OnExpired = ExpiredAction.Fail;
        Source.Set(new RealmOptions { Name = "expired", Endpoints = { "a:1" }, TlsConfig = tls });

        Time.Advance(RealmRegistry.RetryInterval);
        Time.Advance(RealmRegistry.RetryInterval);

        Services.Logs.Entries.Where(entry => entry.EventId == 101).Should().ContainSingle().Which.Message.Should().Contain("holds a certificate that expired on");
    }

    [TestCase("eu", "eu:1", null)]
    [TestCase("other", "eu:1", null)]
    [TestCase("rest", null, "*")]
    [TestCase("other", null, "*.eu")]
    [TestCase("other", null, "*.eu:443")]
    public void What_is_secured_does_not_become_plaintext_because_something_is_missing(string name, string? endpoint, string? pattern)
    {
        Source.Set(Realm("eu", realm => realm.Match.Add("*.eu:443")), Realm("us"));

        Source.Set(Realm("us"), Plaintext());

        Services.Factory.Describe("eu:1").IsPlaintext.Should().BeFalse();
        Logged(101).Should().EndWith(
            $"realms[1]: '{(endpoint is null && pattern != "*" ? "*.eu:443" : "eu:1")}' is secured by TLS now, and would become plaintext in realm '{name}' only because that has no 'tls_config'. If that is meant, write 'tls_config: {{ enabled: false }}'.");

        Source.Set(Realm("us"), Plaintext(new TlsOptions { Enabled = false }));
        Services.Factory.Describe(endpoint ?? "a.eu:443").IsPlaintext.Should().BeTrue();

        RealmOptions Plaintext(TlsOptions? tls = null)
        {
            var realm = new RealmOptions { Name = name, TlsConfig = tls };
            (endpoint is null ? realm.Match : realm.Endpoints).Add(endpoint ?? pattern!);
            return realm;
        }
    }

    [Test]
    public void Plaintext_that_moves_up_to_the_place_of_what_was_secured_stays_plaintext()
    {
        Source.Set(Realm("eu", realm => realm.Name = null), new RealmOptions { Endpoints = { "p:1" } });

        Source.Set(new RealmOptions { Endpoints = { "p:1" } });

        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("eu:1"));
        Services.Factory.Describe("p:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public void Code_that_throws_is_tried_again()
    {
        var tries = 0;
        Source.Set(options =>
        {
            options.Realms.Add(Plain("plain", "d:1"));
            if (++tries == 1)
            {
                throw new IOException("busy");
            }
        });

        Time.Advance(RealmRegistry.RetryInterval);

        Services.Factory.Describe("d:1").Realm.Should().Be("plain");
    }

    [Test]
    public void What_is_listed_as_plaintext_for_the_first_time_may_have_been_claimed_by_a_pattern_of_a_secured_realm()
    {
        Source.Set(Realm("eu", realm => realm.Match.Add("*")), Plain("plain", "c:1"));

        Source.Set(Realm("eu", realm => realm.Match.Add("*")), Plain("plain", "d:1"));

        Services.Factory.Describe("d:1").IsPlaintext.Should().BeTrue();
        Services.Factory.Describe("e:1").IsPlaintext.Should().BeFalse();
    }

    [Test]
    public void What_a_source_says_wrongly_is_not_read_again_until_it_has_changed()
    {
        var reads = 0;
        Source.Set(options =>
        {
            reads++;
            options.Realms.Add(Plain("plain", "x"));
        });

        Time.Advance(TimeSpan.FromHours(1));

        reads.Should().Be(1);
    }

    [Test]
    public void Code_that_throws_changes_nothing()
    {
        Source.Set(_ => throw new ArithmeticException("no such realm"));

        Services.Factory.Describe("eu:1").Realm.Should().Be("eu");
        Logged(101).Should().EndWith("AddEndpointMtls: threw ArithmeticException: no such realm.");
    }

    [Test]
    public void A_client_whose_address_nobody_would_claim_keeps_the_change_from_coming_into_force()
    {
        var services = new TestServices(services =>
        {
            Source.AddTo(services);
            services.AddEndpointGrpcClient<Protos.Echo.EchoClient>("c:1");
        });
        _ = services.Factory;

        Source.Set(Realm("eu"));

        services.Factory.Describe("c:1").Realm.Should().Be("plain");
        services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101).Which.Message.Should().Contain("AddEndpointGrpcClient: No realm claims 'c:1'.");
    }
}
