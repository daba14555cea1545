using EndpointMtls.Files;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Realms;

/// <summary>A configuration with errors changes nothing, and is logged once.</summary>
public sealed class RegistryRejectionTests : RegistryFixture
{
    [Test]
    public void An_invalid_configuration_changes_nothing_and_is_logged_once_with_every_error()
    {
        var bad = new[] { Realm("eu", realm => realm.TlsConfig!.CaFile[0] = Folder["none.crt"]), Realm("us", realm => realm.TlsConfig!.KeyFile = null), Plain("plain", "x") };

        Source.Set(bad);
        Time.Advance(FileMonitor.QuietPeriod);
        Source.Set(bad);
        Time.Advance(FileMonitor.QuietPeriod);

        Provider("eu").Describe().Generation.Should().Be(1);
        Services.Factory.Describe("c:1").Realm.Should().Be("plain");
        var entry = Services.Logs.Entries.Where(entry => entry.EventId == 101).Should().ContainSingle().Which;
        entry.Level.Should().Be(LogLevel.Error);
        entry.Message.Should().ContainAll(
            "realms[1].tls_config.key_file: ", "realms[2].endpoints[0]: 'x'", $"realms[0].tls_config.ca_file: realm 'eu': '{Folder["none.crt"]}'");
        entry.Message.Should().BeApproved();
    }

    [Test]
    public void A_rejected_configuration_is_described_until_it_is_corrected()
    {
        var start = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromSeconds(1));
        Source.Set(Plain("plain", "x"), Plain("us", "y"));
        Time.Advance(TimeSpan.FromSeconds(1));
        Source.Set(Plain("plain", "x"));

        var rejected = Services.Factory.DescribeConfiguration();
        (rejected.AppliedAt, rejected.RejectedSince).Should().Be((start, start.AddSeconds(1)));
        rejected.Errors.Should().ContainSingle().Which.Should().StartWith("realms[0].endpoints[0]: 'x'");
        rejected.Certificates.Select(certificates => certificates.Realm).Should().Equal("eu", "us");

        Source.Set(Plain("plain", "c:1"), new RealmOptions { Name = "more", Match = { "a", "a" } });

        var applied = Services.Factory.DescribeConfiguration();
        applied.Should().BeEquivalentTo(new { AppliedAt = start.AddSeconds(2), RejectedSince = (DateTimeOffset?)null, Errors = Array.Empty<string>() });
        applied.Warnings.Should().ContainSingle().Which.Should().StartWith("realms[1].match");
        applied.Certificates.Should().BeEmpty();
    }

    [Test]
    public void An_error_in_one_realm_rejects_the_changes_of_all()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Plain("us", "x"), Plain("new", "d:1"));

        Provider("eu").Describe().Generation.Should().Be(1);
        Services.Factory.Describe("eu:1").ServerName.Should().Be("eu");
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("d:1"));
    }

    [Test]
    public void Retries_a_rejected_configuration_until_it_is_valid_and_does_not_watch_its_files()
    {
        var loads = 0;
        SetAndCount(Realm("eu"), Realm("us"), Plain("plain", "c:1"), Realm("new"), Realm("late", realm => realm.TlsConfig!.CaFile[0] = Folder["none.crt"]));
        Time.Advance(RealmRegistry.RetryInterval);
        Time.Advance(RealmRegistry.RetryInterval);
        loads.Should().Be(3);

        SetAndCount(Realm("eu"), Realm("us"), Plain("plain", "c:1"));
        Folder.WriteRealm("new", Root, Root.IssueClient("later"));
        Time.Advance(TimeSpan.FromHours(1));

        loads.Should().Be(4);
        Services.Logs.Entries.Should().NotContain(entry => (entry.EventId == 201 || entry.EventId == 202) && entry.Message.Contains("'new'"));

        void SetAndCount(params RealmOptions[] realms) => Source.Set(options =>
        {
            loads++;
            Array.ForEach(realms, options.Realms.Add);
        });
    }

    [Test]
    public void Logs_a_change_after_an_error_as_a_change_and_not_as_a_recovery()
    {
        Source.Set(Plain("plain", "x"));

        Source.Set(Realm("eu"), Plain("plain", "c:1"));

        Services.Logs.Entries.Should().Contain(entry => entry.EventId == 100).And.NotContain(entry => entry.EventId == 102);
    }

    [Test]
    public void Logs_a_warning_once_and_again_when_it_returns()
    {
        var (duplicate, valid) = (new RealmOptions { Name = "more", Match = { "a", "a" } }, new RealmOptions { Name = "more", Match = { "a" } });

        Source.Set(duplicate);
        Source.Set(duplicate, Plain("plain", "c:1"));
        Services.Logs.Entries.Count(entry => entry.EventId == 103).Should().Be(1);

        Source.Set(valid);
        Source.Set(duplicate);
        Services.Logs.Entries.Count(entry => entry.EventId == 103).Should().Be(2);
    }

    [Test]
    public void Logs_the_return_to_the_configuration_in_use_once()
    {
        Source.Set(Plain("plain", "x"));

        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Logged(102).Should().BeApproved();
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 100);
        Time.Advance(RealmRegistry.RetryInterval);
        Services.Logs.Entries.Count(entry => entry.EventId == 102).Should().Be(1);
    }

    [Test]
    public void Logs_an_error_once_while_retries_fail_for_the_same_reason()
    {
        var expired = Root.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddDays(-1));
        var tls = Folder.WriteRealm("expired", Root, expired);
        tls.OnExpired = ExpiredAction.Fail;
        Source.Set(new RealmOptions { Name = "expired", Endpoints = { "a:1" }, TlsConfig = tls });

        Time.Advance(RealmRegistry.RetryInterval);
        Time.Advance(RealmRegistry.RetryInterval);

        Services.Logs.Entries.Where(entry => entry.EventId == 101).Should().ContainSingle().Which.Message.Should().Contain(tls.CertFile).And.Contain("expired");
    }

    [TestCase("eu", "eu:1", null)]
    [TestCase("other", "eu:1", null)]
    [TestCase("rest", null, "*")]
    [TestCase("other", null, "*.eu")]
    [TestCase("other", null, "*.eu:443")]
    public void Rejects_a_downgrade_to_plaintext_unless_the_realm_sets_enabled_to_false(string name, string? endpoint, string? pattern)
    {
        Source.Set(Realm("eu", realm => realm.Match.Add("*.eu:443")), Realm("us"));

        Source.Set(Realm("us"), Plaintext());

        Services.Factory.Describe("eu:1").IsPlaintext.Should().BeFalse();
        Logged(101).Should().Contain($"realms[1]: {(endpoint is null && pattern != "*" ? "addresses that match '*.eu:443' use" : "'eu:1' uses")} TLS now").And.Contain($"realm '{name}'");
        Logged(101).Should().BeApproved();

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
    public void A_plaintext_realm_that_moves_to_the_position_of_a_TLS_realm_stays_plaintext()
    {
        Source.Set(Realm("eu", realm => realm.Name = null), new RealmOptions { Endpoints = { "p:1" } });

        Source.Set(new RealmOptions { Endpoints = { "p:1" } });

        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("eu:1"));
        Services.Factory.Describe("p:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public void Retries_after_an_exception_of_the_configuring_code()
    {
        var loads = 0;
        Source.Set(options =>
        {
            options.Realms.Add(Plain("plain", "d:1"));
            if (++loads == 1)
            {
                throw new IOException("busy");
            }
        });

        Time.Advance(RealmRegistry.RetryInterval);

        Services.Factory.Describe("d:1").Realm.Should().Be("plain");
    }

    [Test]
    public void A_plaintext_realm_may_list_an_address_that_matched_a_pattern_of_a_TLS_realm()
    {
        Source.Set(Realm("eu", realm => realm.Match.Add("*")), Plain("plain", "c:1"));

        Source.Set(Realm("eu", realm => realm.Match.Add("*")), Plain("plain", "d:1"));

        Services.Factory.Describe("d:1").IsPlaintext.Should().BeTrue();
        Services.Factory.Describe("e:1").IsPlaintext.Should().BeFalse();
    }

    [Test]
    public void Does_not_retry_an_error_in_the_source_itself()
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
    public void An_exception_of_the_configuring_code_changes_nothing()
    {
        Source.Set(_ => throw new ArithmeticException("no such realm"));

        Services.Factory.Describe("eu:1").Realm.Should().Be("eu");
        Logged(101).Should().Contain("ArithmeticException").And.Contain("no such realm");
        Logged(101).Should().BeApproved();
    }

    [Test]
    public void Rejects_a_reload_that_leaves_a_registered_client_without_a_realm()
    {
        var services = new TestServices(services =>
        {
            Source.AddTo(services);
            services.AddEndpointGrpcClient<Protos.Echo.EchoClient>("c:1");
        });
        _ = services.Factory;

        Source.Set(Realm("eu"));

        services.Factory.Describe("c:1").Realm.Should().Be("plain");
        services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101).Which.Message.Should().Contain("AddEndpointGrpcClient: ").And.Contain("'c:1'");
    }
}
