using EndpointMtls.Files;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Realms;

/// <summary>What a change of the configuration brings into force, and what it leaves alone.</summary>
public sealed class RealmRegistryTests
{
    private readonly TestAuthority _root = TestAuthority.CreateRoot("root");
    private readonly LiveOptions _options = new();
    private readonly ManualTime _time = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private TempFolder _folder = null!;
    private TestServices _services = null!;

    [SetUp]
    public void Start()
    {
        _folder = new TempFolder();
        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));
        _services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            _options.AddTo(services);
        });
        _ = _services.Factory;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void A_realm_that_is_added_claims_its_addresses_at_once()
    {
        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.Describe("d:1"));

        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), Plain("more", "d:1"));

        _services.Factory.Describe("d:1").Realm.Should().Be("more");
        Logged(100).Should().Be("The configuration has changed. Realms added: 'more'; changed: none; removed: none; left as they are: 3.");
        Logged(200).Should().Be("Realm 'more' is plaintext: it has no 'tls_config'.");
    }

    [Test]
    public void A_realm_that_becomes_plaintext_is_told_as_such()
    {
        _options.Set(new RealmOptions { Name = "eu", Endpoints = { "eu:1" }, TlsConfig = new TlsOptions { Enabled = false } }, Realm("us"), Plain("plain", "c:1"));

        Logged(200).Should().Be("Realm 'eu' is plaintext: its 'tls_config' says 'enabled: false'.");
    }

    [Test]
    public void A_realm_that_is_removed_claims_nothing_and_its_provider_says_so()
    {
        var provider = Provider("us");
        var rotating = provider.CreateRotatingClientOptions("b");

        _options.Set(Realm("eu"), Plain("plain", "c:1"));

        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.Describe("us:1"));
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

        _options.Set(Plain("new", "d:1"), Realm("us", realm => realm.Endpoints.Add("us:2")), Realm("eu"));

        Provider("eu").Should().BeSameAs(eu);
        Provider("us").Should().BeSameAs(us);
        (eu.Describe().Generation, us.Describe().Generation).Should().Be((1, 1));
        _services.Factory.Describe("us:2").Realm.Should().Be("us");
        Logged(100).Should().Be("The configuration has changed. Realms added: 'new'; changed: 'us'; removed: 'plain'; left as they are: 1.");
    }

    [Test]
    public void A_realm_that_changes_goes_on_with_the_same_provider_in_another_generation()
    {
        var provider = Provider("eu");
        var changes = 0;
        using var _ = ChangeToken.OnChange(provider.GetChangeToken, () => changes++);
        var other = TestAuthority.CreateRoot("other");

        _options.Set(Realm("eu", realm => realm.TlsConfig = _folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Should().BeSameAs(provider);
        SpinWait.SpinUntil(() => Volatile.Read(ref changes) > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        provider.Describe().Should().Match<LoadedCertificates>(loaded => loaded.Generation == 2 && loaded.ClientCertificate!.Subject == "CN=other");
        provider.Describe().Anchors.Should().ContainSingle().Which.Subject.Should().Be("CN=other");
        provider.Describe().Files.Select(file => file.Path).Should().OnlyContain(path => path.Contains("/other/"));
        Provider("us").Describe().Generation.Should().Be(1);
    }

    [Test]
    public void A_realm_that_changes_follows_its_new_files_and_no_more_the_old()
    {
        var other = TestAuthority.CreateRoot("other");
        _options.Set(Realm("eu", realm => realm.TlsConfig = _folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        _folder.WriteRealm("eu", _root, _root.IssueClient("nobody"));
        _time.Advance(TimeSpan.FromSeconds(11));
        Provider("eu").Describe().Generation.Should().Be(2);

        _folder.WriteRealm("other", other, other.IssueClient("renewed"));
        _time.Advance(TimeSpan.FromSeconds(11));
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=renewed");
    }

    [Test]
    public void A_realm_without_a_name_does_not_become_another_one_that_takes_its_place()
    {
        _options.Set(Unnamed("eu"), Unnamed("us"));
        var (first, second) = (Provider("realms[0]"), Provider("realms[1]"));

        _options.Set(Unnamed("us"));

        Provider("realms[0]").Describe().ClientCertificate!.Subject.Should().Be("CN=us");
        first.Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
        Assert.Throws<InvalidOperationException>(() => first.CreateClientOptions("a"));
        Assert.Throws<InvalidOperationException>(() => second.CreateClientOptions("a"));

        RealmOptions Unnamed(string name) => Realm(name, realm => realm.Name = null);
    }

    [Test]
    public async Task A_realm_that_changes_watches_the_folder_of_its_new_files_and_no_more_that_of_the_old()
    {
        var other = TestAuthority.CreateRoot("other");
        _options.Set(Realm("eu", realm => realm.TlsConfig = _folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));
        var (lookedAt, hinted) = (Provider("eu").Describe().CheckedAt, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        using (new FolderWatch([_folder["eu/tls.crt"]], () => hinted.TrySetResult()))
        {
            _folder.Write("eu/tls.crt", "nobody reads this");
            await hinted.Task.WithTimeout();
        }

        _time.Advance(FileMonitor.SettlingTime);
        Provider("eu").Describe().CheckedAt.Should().Be(lookedAt);

        _folder.WriteRealm("other", other, other.IssueClient("renewed"));
        await _time.TimerStarted(FileMonitor.SettlingTime);
        _time.Advance(FileMonitor.SettlingTime);
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=renewed");
    }

    [Test]
    public void What_is_in_use_dates_from_the_change_that_brought_it()
    {
        var start = _time.GetUtcNow();

        _time.Advance(TimeSpan.FromSeconds(1));
        _options.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromHours(1)), Realm("us"), Plain("plain", "c:1"));
        Provider("eu").Describe().Should().BeEquivalentTo(new { ChangedAt = start, CheckedAt = start });

        _time.Advance(TimeSpan.FromSeconds(1));
        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));
        Provider("eu").Describe().Should().BeEquivalentTo(new { ChangedAt = start.AddSeconds(2), CheckedAt = start });
    }

    [Test]
    public void Another_check_interval_counts_from_the_change_on()
    {
        _options.Set(Realm("eu", realm => realm.TlsConfig!.CheckInterval = TimeSpan.FromSeconds(1)), Realm("us"), Plain("plain", "c:1"));

        _time.Advance(TimeSpan.FromSeconds(2));

        Provider("eu").Describe().CheckedAt.Should().Be(_time.GetUtcNow());
    }

    [Test]
    public async Task Files_that_were_refused_are_forgotten_with_the_configuration_that_named_them()
    {
        _folder.Write("eu/tls.crt", "garbage");
        (await Provider("eu").ReloadAsync().WithTimeout()).LastError.Should().NotBeNull();

        _options.Set(Realm("eu", realm => realm.TlsConfig = _folder.WriteRealm("other", _root, _root.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().LastError.Should().BeNull();
    }

    [Test]
    public async Task Errors_point_to_where_a_realm_stands_now()
    {
        _options.Set(Plain("plain", "c:1"), Realm("us"), Realm("eu"));
        _folder.Write("eu/ca.crt", "garbage");

        (await Provider("eu").ReloadAsync().WithTimeout()).LastError.Should().StartWith("realms[2].tls_config.ca_file: realm 'eu': ");
    }

    [Test]
    public void Rules_that_concern_no_handshake_change_no_generation()
    {
        var token = Provider("eu").GetChangeToken();

        _options.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromHours(1)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().Generation.Should().Be(1);
        token.HasChanged.Should().BeFalse();
        Logged(100).Should().Contain("changed: 'eu'");
    }

    [Test]
    public void The_name_to_expect_changes_with_the_configuration()
    {
        var rotating = Provider("eu").CreateRotatingClientOptions("a");

        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").CreateClientOptions("a").TargetHost.Should().Be("store");
        _services.Factory.Describe("eu:1").ServerName.Should().Be("store");
        rotating.TargetHost.Should().Be("a", "options that were handed out are not changed beneath their owner");
        Accepts(rotating, _root.IssueServer("store")).Should().BeTrue();
        Accepts(rotating, _root.IssueServer("a")).Should().BeFalse();
    }

    [Test]
    public void Without_a_name_to_expect_any_more_it_is_that_of_the_host_again()
    {
        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));
        var rotating = Provider("eu").CreateRotatingClientOptions("a");

        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Accepts(rotating, _root.IssueServer("a")).Should().BeTrue();
        Accepts(rotating, _root.IssueServer("store")).Should().BeFalse();
    }

    [Test]
    public void What_is_wrong_changes_nothing_and_is_told_once_with_every_error()
    {
        var bad = new[] { Realm("eu", realm => realm.TlsConfig!.CaFile[0] = _folder["none.crt"]), Realm("us", realm => realm.TlsConfig!.KeyFile = null), Plain("plain", "x") };

        _options.Set(bad);
        _time.Advance(FileMonitor.SettlingTime);
        _options.Set(bad);
        _time.Advance(FileMonitor.SettlingTime);

        Provider("eu").Describe().Generation.Should().Be(1);
        _services.Factory.Describe("c:1").Realm.Should().Be("plain");
        _services.Logs.Entries.Where(entry => entry.EventId == 101).Should().ContainSingle().Which.Should().Be(new LogEntry(LogLevel.Error, 101,
            "The configuration was changed and cannot be taken over; what was in force before stays. "
            + "realms[1].tls_config.key_file: required because 'cert_file' is set. Set both, or neither. "
            + "realms[2].endpoints[0]: 'x' is not an address: it has no port. Write 'host:port'; there is no default port. "
            + $"realms[0].tls_config.ca_file: realm 'eu': '{_folder["none.crt"]}' does not exist. Check the path."));
    }

    [Test]
    public void A_realm_with_an_error_keeps_the_others_from_changing()
    {
        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Plain("us", "x"), Plain("new", "d:1"));

        Provider("eu").Describe().Generation.Should().Be(1);
        _services.Factory.Describe("eu:1").ServerName.Should().Be("eu");
        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.Describe("d:1"));
    }

    [Test]
    public void What_is_refused_leaves_nothing_running_but_another_try_and_what_is_in_order_not_even_that()
    {
        var timers = _time.RunningTimers;

        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), Realm("new"), Realm("late", realm => realm.TlsConfig!.CaFile[0] = _folder["none.crt"]));
        _time.RunningTimers.Should().Be(timers + 1);
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 201 && entry.Message.Contains("'new'"));

        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));
        _time.RunningTimers.Should().Be(timers);
    }

    [Test]
    public void What_comes_into_force_after_an_error_is_told_as_a_change_and_not_as_what_was_in_force()
    {
        _options.Set(Plain("plain", "x"));

        _options.Set(Realm("eu"), Plain("plain", "c:1"));

        _services.Logs.Entries.Should().Contain(entry => entry.EventId == 100).And.NotContain(entry => entry.EventId == 102);
    }

    [Test]
    public void A_warning_is_told_once_and_again_when_it_comes_back()
    {
        var (strange, sound) = (new RealmOptions { Name = "more", Match = { "a", "a" } }, new RealmOptions { Name = "more", Match = { "a" } });

        _options.Set(strange);
        _options.Set(strange, Plain("plain", "c:1"));
        _services.Logs.Entries.Count(entry => entry.EventId == 103).Should().Be(1);

        _options.Set(sound);
        _options.Set(strange);
        _services.Logs.Entries.Count(entry => entry.EventId == 103).Should().Be(2);
    }

    [Test]
    public void What_is_in_order_again_is_told()
    {
        _options.Set(Plain("plain", "x"));

        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        Logged(102).Should().Be("The configuration is in order again, and says what is in force.");
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 100);
        _time.Advance(RealmRegistry.RetryInterval);
        _services.Logs.Entries.Count(entry => entry.EventId == 102).Should().Be(1);
    }

    [Test]
    public void A_signal_without_a_change_tells_nothing()
    {
        var before = _services.Logs.Entries.Count;

        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));

        _services.Logs.Entries.Should().HaveCount(before);
    }

    [Test]
    public void Files_that_are_on_their_way_are_waited_for()
    {
        var late = new TlsOptions { CaFile = { _folder["late/ca.crt"] } };
        RealmOptions[] realms = [Realm("eu"), Realm("us"), Plain("plain", "c:1"), new() { Name = "late", Endpoints = { "late:1" }, TlsConfig = late }];
        _options.Set(realms);
        _time.Advance(RealmRegistry.RetryInterval);
        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.Describe("late:1"));

        _folder.WriteRealm("late", _root, client: null);
        _time.Advance(RealmRegistry.RetryInterval);

        _services.Factory.Describe("late:1").Realm.Should().Be("late");
        _services.Logs.Entries.Count(entry => entry.EventId == 101).Should().Be(1);
    }

    [Test]
    public void What_stays_wrong_for_the_same_reason_is_told_once_however_long_it_takes()
    {
        var expired = _root.Issue("expired", [], TestAuthority.ClientAuthentication, notAfter: _time.GetUtcNow().AddDays(-1));
        var tls = _folder.WriteRealm("expired", _root, expired);
        tls.OnExpired = ExpiredAction.Fail;
        _options.Set(new RealmOptions { Name = "expired", Endpoints = { "a:1" }, TlsConfig = tls });

        _time.Advance(RealmRegistry.RetryInterval);
        _time.Advance(RealmRegistry.RetryInterval);

        _services.Logs.Entries.Where(entry => entry.EventId == 101).Should().ContainSingle().Which.Message.Should().Contain("holds a certificate that expired on");
    }

    [Test]
    public void Files_of_a_realm_that_stays_the_same_do_not_matter_while_they_are_wrong()
    {
        _folder.Write("eu/tls.crt", "garbage");

        _options.Set(Realm("eu"), Plain("plain", "d:1"));

        _services.Factory.Describe("d:1").Realm.Should().Be("plain");
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
    }

    [Test]
    public void A_change_that_comes_while_the_first_configuration_is_loaded_is_not_missed()
    {
        var options = new LiveOptions();
        options.Set(first =>
        {
            first.Realms.Add(Plain("plain", "a:1"));
            options.Set(Plain("plain", "b:1"));
        });

        var services = new TestServices(options.AddTo);

        services.Factory.Describe("b:1").Realm.Should().Be("plain");
    }

    [Test]
    public void Who_listens_to_a_realm_finds_the_whole_change_in_force()
    {
        var seen = "";
        using var _ = ChangeToken.OnChange(Provider("eu").GetChangeToken, () => seen = _services.Factory.Describe("d:1").Realm);

        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("more", "d:1"));

        SpinWait.SpinUntil(() => Volatile.Read(ref seen).Length > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().Be("more");
    }

    [Test]
    public void Files_that_were_refused_stay_refused_when_other_rules_come_into_force()
    {
        _folder.Write("eu/tls.crt", _root.Issue("expired", [], TestAuthority.ClientAuthentication, notAfter: _time.GetUtcNow().AddDays(-1)).ChainPem);
        _time.Advance(TimeSpan.FromSeconds(11));
        var refused = Provider("eu").Describe().LastError;
        refused.Should().NotBeNull();

        _options.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromMinutes(6)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().Should().Match<LoadedCertificates>(loaded => loaded.ClientCertificate!.Subject == "CN=eu" && loaded.LastError == refused);
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void Other_files_that_hold_an_expired_certificate_do_not_replace_a_valid_one()
    {
        _options.Set(Realm("eu", realm => realm.TlsConfig = _folder.WriteRealm("old", _root, _root.Issue("expired", [], TestAuthority.ClientAuthentication, notAfter: _time.GetUtcNow().AddDays(-1)))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
        Logged(101).Should().Contain("holds a certificate that expired on");
    }

    [Test]
    public void A_certificate_that_is_held_back_does_not_keep_other_rules_from_coming_into_force()
    {
        var later = _root.Issue("later", [], TestAuthority.ClientAuthentication, notBefore: _time.GetUtcNow().AddHours(1));
        _options.Set(Realm("eu", Strict), Realm("us"), Plain("plain", "c:1"));
        _folder.WriteRealm("eu", _root, later);
        _time.Advance(TimeSpan.FromSeconds(11));

        _options.Set(Realm("eu", realm =>
        {
            Strict(realm);
            realm.TlsConfig!.ServerName = "store";
        }), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").CreateClientOptions("a").TargetHost.Should().Be("store");
        Provider("eu").Describe().Should().Match<LoadedCertificates>(loaded => loaded.ClientCertificate!.Subject == "CN=eu" && loaded.NextClientCertificate!.Subject == "CN=later");
        _time.Advance(TimeSpan.FromHours(1));
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=later");

        static void Strict(RealmOptions realm) => realm.TlsConfig!.OnExpired = ExpiredAction.Fail;
    }

    [Test]
    public void Files_of_a_realm_that_are_still_being_written_are_waited_for_in_silence()
    {
        var tls = _folder.WriteRealm("new", _root, client: null);
        File.SetLastWriteTimeUtc(tls.CaFile[0], _time.GetUtcNow().UtcDateTime);
        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), new RealmOptions { Name = "new", Endpoints = { "new:1" }, TlsConfig = tls });
        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.Describe("new:1"));

        _time.Advance(FileMonitor.SettlingTime);

        _services.Factory.Describe("new:1").Realm.Should().Be("new");
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void Files_of_a_realm_that_do_not_stop_changing_are_told()
    {
        var tls = _folder.WriteRealm("new", _root, client: null);
        File.SetLastWriteTimeUtc(tls.CaFile[0], _time.GetUtcNow().UtcDateTime);
        _options.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), new RealmOptions { Name = "new", Endpoints = { "new:1" }, TlsConfig = tls });
        for (var look = 0; look < 301; look++)
        {
            File.AppendAllText(tls.CaFile[0], "\n");
            File.SetLastWriteTimeUtc(tls.CaFile[0], (_time.GetUtcNow() + FileMonitor.SettlingTime).UtcDateTime);
            _time.Advance(FileMonitor.SettlingTime);
        }

        _services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101).Which.Message.Should().Contain("the files of new realms do not stop changing");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Removed_trust_does_not_outlive_a_configuration_that_says_otherwise(bool weakened)
    {
        var other = TestAuthority.CreateRoot("other");
        _options.Set(Realm("eu", realm => realm.TlsConfig!.CaOverlap = TimeSpan.FromDays(30)), Realm("us"), Plain("plain", "c:1"));
        _folder.Write("eu/ca.crt", other.Pem);
        _time.Advance(TimeSpan.FromSeconds(11));
        Anchors().Should().BeEquivalentTo("CN=root", "CN=other");

        _options.Set(Realm("eu", realm =>
        {
            if (weakened)
            {
                realm.TlsConfig!.CaFile.Clear();
                realm.TlsConfig.UseSystemRoots = true;
                realm.TlsConfig.CaOverlap = TimeSpan.FromDays(30);
            }
        }), Realm("us"), Plain("plain", "c:1"));

        Anchors().Should().BeEquivalentTo(weakened ? Array.Empty<string>() : ["CN=other"]);
        Provider("eu").CreateClientOptions("a").CertificateChainPolicy!.CustomTrustStore.Should().HaveCount(weakened ? 0 : 1);

        IEnumerable<string> Anchors() => Provider("eu").Describe().Anchors.Select(anchor => anchor.Subject);
    }

    [TestCase("eu", "eu:1", null)]
    [TestCase("other", "eu:1", null)]
    [TestCase("rest", null, "*")]
    [TestCase("other", null, "*.eu")]
    [TestCase("other", null, "*.eu:443")]
    public void What_is_secured_does_not_become_plaintext_because_something_is_missing(string name, string? endpoint, string? pattern)
    {
        _options.Set(Realm("eu", realm => realm.Match.Add("*.eu:443")), Realm("us"));

        _options.Set(Realm("us"), Plaintext());

        _services.Factory.Describe("eu:1").IsPlaintext.Should().BeFalse();
        Logged(101).Should().EndWith(
            $"realms[1]: '{(endpoint is null && pattern != "*" ? "*.eu:443" : "eu:1")}' is secured by TLS now, and would become plaintext in realm '{name}' only because that has no 'tls_config'. If that is meant, write 'tls_config: {{ enabled: false }}'.");

        _options.Set(Realm("us"), Plaintext(new TlsOptions { Enabled = false }));
        _services.Factory.Describe(endpoint ?? "a.eu:443").IsPlaintext.Should().BeTrue();

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
        _options.Set(Realm("eu", realm => realm.Name = null), new RealmOptions { Endpoints = { "p:1" } });

        _options.Set(new RealmOptions { Endpoints = { "p:1" } });

        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.Describe("eu:1"));
        _services.Factory.Describe("p:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public void Code_that_throws_is_tried_again()
    {
        var tries = 0;
        _options.Set(options =>
        {
            options.Realms.Add(Plain("plain", "d:1"));
            if (++tries == 1)
            {
                throw new IOException("busy");
            }
        });

        _time.Advance(RealmRegistry.RetryInterval);

        _services.Factory.Describe("d:1").Realm.Should().Be("plain");
    }

    [Test]
    public void What_is_listed_as_plaintext_for_the_first_time_may_have_been_claimed_by_a_pattern_of_a_secured_realm()
    {
        _options.Set(Realm("eu", realm => realm.Match.Add("*")), Plain("plain", "c:1"));

        _options.Set(Realm("eu", realm => realm.Match.Add("*")), Plain("plain", "d:1"));

        _services.Factory.Describe("d:1").IsPlaintext.Should().BeTrue();
        _services.Factory.Describe("e:1").IsPlaintext.Should().BeFalse();
    }

    [Test]
    public async Task A_listener_that_blocks_holds_nothing_back()
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = Microsoft.Extensions.Primitives.ChangeToken.OnChange(Provider("eu").GetChangeToken, () =>
        {
            reached.TrySetResult();
            release.Wait();
        });
        var removed = Provider("us");

        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Plain("plain", "c:1"));
        await reached.Task.WithTimeout();

        Assert.Throws<InvalidOperationException>(() => removed.CreateClientOptions("a"));
        _options.Set(Realm("eu"), Plain("plain", "d:1"));
        _services.Factory.Describe("d:1").Realm.Should().Be("plain");
        await _services.DisposeAsync().AsTask().WithTimeout();
        release.Set();
    }

    [Test]
    public async Task A_reload_that_hangs_does_not_hold_up_disposal()
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reloading = Task.Run(() => _options.Set(_ =>
        {
            reached.SetResult();
            release.Wait();
        }));
        await reached.Task.WithTimeout();

        await _services.DisposeAsync().AsTask().WithTimeout();

        release.Set();
        await reloading.WithTimeout();
    }

    [Test]
    public void Another_order_of_the_realms_is_told()
    {
        _options.Set(Realm("us"), Realm("eu"), Plain("plain", "c:1"));

        Logged(100).Should().Be("The configuration has changed. Realms added: none; changed: none; removed: none; left as they are: 3.");
    }

    [Test]
    public void What_a_source_says_wrongly_is_not_read_again_until_it_has_changed()
    {
        var reads = 0;
        _options.Set(options =>
        {
            reads++;
            options.Realms.Add(Plain("plain", "x"));
        });

        _time.Advance(TimeSpan.FromHours(1));

        reads.Should().Be(1);
    }

    [Test]
    public void Who_listens_to_a_realm_finds_channels_that_have_followed()
    {
        _ = _services.Factory.GetChannel("c:1");
        var seen = "";
        using var _1 = ChangeToken.OnChange(Provider("eu").GetChangeToken, () => seen = _services.Factory.Describe("c:1").Realm);

        _options.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("more", "c:1"));

        SpinWait.SpinUntil(() => Volatile.Read(ref seen).Length > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().Be("more");
    }

    [Test]
    public void A_realm_is_let_go_when_the_channels_have_followed()
    {
        var (provider, options) = (Provider("us"), (object?)null);
        using var _ = ChangeToken.OnChange(_services.Get<RealmRegistry>().GetChangeToken, () => options = provider.CreateClientOptions("b"));

        _options.Set(Realm("eu"), Plain("plain", "c:1"));

        options.Should().NotBeNull("who follows may be in the midst of a handshake");
    }

    [Test]
    public void Code_that_throws_changes_nothing()
    {
        _options.Set(_ => throw new ArithmeticException("no such realm"));

        _services.Factory.Describe("eu:1").Realm.Should().Be("eu");
        Logged(101).Should().EndWith("AddEndpointMtls: threw ArithmeticException: no such realm.");
    }

    [Test]
    public void A_client_whose_address_nobody_would_claim_keeps_the_change_from_coming_into_force()
    {
        var services = new TestServices(services =>
        {
            _options.AddTo(services);
            services.AddEndpointGrpcClient<Protos.Echo.EchoClient>("c:1");
        });
        _ = services.Factory;

        _options.Set(Realm("eu"));

        services.Factory.Describe("c:1").Realm.Should().Be("plain");
        services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101).Which.Message.Should().Contain("AddEndpointGrpcClient: No realm claims 'c:1'.");
    }

    [Test]
    public void What_adjusts_channels_is_that_of_the_configuration_in_force()
    {
        _options.Set(options =>
        {
            options.Realms.Add(Plain("plain", "c:1"));
            options.ConfigureChannel = channel => channel.HttpVersion = new Version(2, 0);
        });

        Assert.Throws<InvalidOperationException>(() => _services.Factory.GetChannel("c:1"))!.Message.Should().Contain("HttpVersion");
    }

    [Test]
    public async Task After_disposal_nothing_changes_any_more()
    {
        await _services.DisposeAsync();
        var before = _services.Logs.Entries.Count;

        _options.Set(Plain("plain", "x"));

        _services.Logs.Entries.Should().HaveCount(before);
        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task After_disposal_what_was_refused_is_not_tried_again()
    {
        _options.Set(Plain("plain", "x"));

        await _services.DisposeAsync();

        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public void A_change_that_disposal_overtakes_leaves_nothing_running()
    {
        _options.Set(options =>
        {
            _services.DisposeAsync().AsTask().GetAwaiter().GetResult();
            options.Realms.Add(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"));
            options.Realms.Add(Realm("new"));
        });

        _time.RunningTimers.Should().Be(0);
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 202);
    }

    private string Logged(int eventId) => _services.Logs.Entries.Last(entry => entry.EventId == eventId).Message;

    private RotatingCertificateProvider Provider(string name) => _services.Get<RotatingCertificateProvider>(name);

    private RealmOptions Realm(string name, Action<RealmOptions>? change = null)
    {
        var realm = new RealmOptions
        {
            Name = name,
            Endpoints = { $"{name}:1" },
            TlsConfig = !File.Exists(_folder[$"{name}/ca.crt"])
                ? _folder.WriteRealm(name, _root, _root.IssueClient(name))
                : new TlsOptions { CaFile = { _folder[$"{name}/ca.crt"] }, CertFile = _folder[$"{name}/tls.crt"], KeyFile = _folder[$"{name}/tls.key"] },
        };
        change?.Invoke(realm);
        return realm;
    }

    private static RealmOptions Plain(string name, string address) => new() { Name = name, Endpoints = { address } };

    private bool Accepts(System.Net.Security.SslClientAuthenticationOptions options, TestCertificate server)
    {
        using var chain = new System.Security.Cryptography.X509Certificates.X509Chain();
        return options.RemoteCertificateValidationCallback!(this, server.Leaf, chain, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors);
    }
}
