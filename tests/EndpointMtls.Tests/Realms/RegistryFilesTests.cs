using EndpointMtls.Files;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Realms;

/// <summary>What a reload of the configuration does with certificate files: those in use, new ones, and those it no longer has.</summary>
public sealed class RegistryFilesTests : RegistryFixture
{
    [Test]
    public void A_changed_realm_checks_its_new_files_and_no_longer_the_old_ones()
    {
        var other = TestCa.CreateRoot("other");
        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Folder.WriteRealm("eu", Root, Root.IssueClient("old files"));
        Time.Advance(TimeSpan.FromSeconds(11));
        Provider("eu").Describe().Generation.Should().Be(2);

        Folder.WriteRealm("other", other, other.IssueClient("renewed"));
        Time.Advance(TimeSpan.FromSeconds(11));
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=renewed");
    }

    [Test]
    public async Task A_changed_realm_watches_the_folder_of_its_new_files_and_no_longer_the_old_one()
    {
        var other = TestCa.CreateRoot("other");
        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));
        var (checkedAt, changed) = (Provider("eu").Describe().CheckedAt, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        using (var watcher = new FileSystemWatcher(Folder["eu"]) { EnableRaisingEvents = true })
        {
            watcher.Changed += (_, _) => changed.TrySetResult();
            Folder.Write("eu/tls.crt", "not read");
            await changed.Task.WithTimeout();
        }

        Time.Advance(FileMonitor.QuietPeriod);
        Provider("eu").Describe().CheckedAt.Should().Be(checkedAt);

        Folder.WriteRealm("other", other, other.IssueClient("renewed"));
        await Time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        Time.Advance(FileMonitor.QuietPeriod);
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=renewed");
    }

    [Test]
    public void ChangedAt_is_the_time_of_the_reload_that_changed_what_is_in_use()
    {
        var start = Time.GetUtcNow();

        Time.Advance(TimeSpan.FromSeconds(1));
        Source.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromHours(1)), Realm("us"), Plain("plain", "c:1"));
        Provider("eu").Describe().Should().BeEquivalentTo(new { ChangedAt = start, CheckedAt = start });

        Time.Advance(TimeSpan.FromSeconds(1));
        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("plain", "c:1"));
        Provider("eu").Describe().Should().BeEquivalentTo(new { ChangedAt = start.AddSeconds(2), CheckedAt = start });
    }

    [Test]
    public void A_new_check_interval_applies_immediately()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig!.CheckInterval = TimeSpan.FromSeconds(1)), Realm("us"), Plain("plain", "c:1"));

        Time.Advance(TimeSpan.FromSeconds(2));

        Provider("eu").Describe().CheckedAt.Should().Be(Time.GetUtcNow());
    }

    [Test]
    public async Task A_reload_with_other_files_clears_the_error_of_the_old_files()
    {
        Folder.Write("eu/tls.crt", "garbage");
        (await Provider("eu").ReloadAsync().WithTimeout()).LastError.Should().NotBeNull();

        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", Root, Root.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().LastError.Should().BeNull();
    }

    [Test]
    public async Task Errors_have_the_current_position_of_the_realm()
    {
        Source.Set(Plain("plain", "c:1"), Realm("us"), Realm("eu"));
        Folder.Write("eu/ca.crt", "garbage");

        (await Provider("eu").ReloadAsync().WithTimeout()).LastError.Should().StartWith("realms[2].tls_config.ca_file: realm 'eu': ");
    }

    [Test]
    public void Retries_until_missing_files_exist()
    {
        var late = new TlsOptions { CaFile = { Folder["late/ca.crt"] } };
        RealmOptions[] realms = [Realm("eu"), Realm("us"), Plain("plain", "c:1"), new() { Name = "late", Endpoints = { "late:1" }, TlsConfig = late }];
        Source.Set(realms);
        Time.Advance(RealmRegistry.RetryInterval);
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("late:1"));

        Folder.WriteRealm("late", Root, client: null);
        Time.Advance(RealmRegistry.RetryInterval);

        Services.Factory.Describe("late:1").Realm.Should().Be("late");
        Services.Logs.Entries.Count(entry => entry.EventId == 101).Should().Be(1);
    }

    [Test]
    public void Invalid_files_of_an_unchanged_realm_do_not_block_a_reload()
    {
        Folder.Write("eu/tls.crt", "garbage");

        Source.Set(Realm("eu"), Plain("plain", "d:1"));

        Services.Factory.Describe("d:1").Realm.Should().Be("plain");
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
    }

    [Test]
    public void Other_options_do_not_clear_the_error_of_rejected_files()
    {
        Folder.Write("eu/tls.crt", Root.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddDays(-1)).ChainPem);
        Time.Advance(TimeSpan.FromSeconds(11));
        var error = Provider("eu").Describe().LastError;
        error.Should().NotBeNull();

        Source.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromMinutes(6)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().Should().Match<LoadedCertificates>(loaded => loaded.ClientCertificate!.Subject == "CN=eu" && loaded.LastError == error);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void Rejects_a_reload_whose_new_files_hold_an_expired_certificate()
    {
        var expired = Root.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddDays(-1));
        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("old", Root, expired)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
        Logged(101).Should().Contain("realms[0].tls_config.cert_file: ").And.Contain(Folder["old/tls.crt"]).And.Contain("expired");
    }

    [Test]
    public void A_pending_certificate_does_not_block_other_options()
    {
        var later = Root.Issue("later", [], TestCa.ClientAuthentication, notBefore: Time.GetUtcNow().AddHours(1));
        Source.Set(Realm("eu", Strict), Realm("us"), Plain("plain", "c:1"));
        Folder.WriteRealm("eu", Root, later);
        Time.Advance(TimeSpan.FromSeconds(11));

        Source.Set(Realm("eu", realm =>
        {
            Strict(realm);
            realm.TlsConfig!.ServerName = "store";
        }), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").CreateClientOptions("a").TargetHost.Should().Be("store");
        Provider("eu").Describe().Should().Match<LoadedCertificates>(loaded => loaded.ClientCertificate!.Subject == "CN=eu" && loaded.NextClientCertificate!.Subject == "CN=later");
        Time.Advance(TimeSpan.FromHours(1));
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=later");

        static void Strict(RealmOptions realm) => realm.TlsConfig!.OnExpired = ExpiredAction.Fail;
    }

    [Test]
    public void Waits_for_new_files_that_are_still_changing_without_an_error()
    {
        var tls = Folder.WriteRealm("new", Root, client: null);
        File.SetLastWriteTimeUtc(tls.CaFile[0], Time.GetUtcNow().UtcDateTime);
        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), new RealmOptions { Name = "new", Endpoints = { "new:1" }, TlsConfig = tls });
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.Describe("new:1"));

        Time.Advance(FileMonitor.QuietPeriod);

        Services.Factory.Describe("new:1").Realm.Should().Be("new");
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void Logs_an_error_for_new_files_that_do_not_stop_changing()
    {
        var tls = Folder.WriteRealm("new", Root, client: null);
        File.SetLastWriteTimeUtc(tls.CaFile[0], Time.GetUtcNow().UtcDateTime);
        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), new RealmOptions { Name = "new", Endpoints = { "new:1" }, TlsConfig = tls });
        for (var check = 0; check < 301; check++)
        {
            File.AppendAllText(tls.CaFile[0], "\n");
            File.SetLastWriteTimeUtc(tls.CaFile[0], (Time.GetUtcNow() + FileMonitor.QuietPeriod).UtcDateTime);
            Time.Advance(FileMonitor.QuietPeriod);
        }

        Services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101).Which.Message.Should().BeApproved();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_reload_without_the_overlap_ends_the_trust_in_removed_CAs(bool weakened)
    {
        var other = TestCa.CreateRoot("other");
        Source.Set(Realm("eu", realm => realm.TlsConfig!.CaOverlap = TimeSpan.FromDays(30)), Realm("us"), Plain("plain", "c:1"));
        Folder.Write("eu/ca.crt", other.Pem);
        Time.Advance(TimeSpan.FromSeconds(11));
        Anchors().Should().BeEquivalentTo("CN=root", "CN=other");

        Source.Set(Realm("eu", realm =>
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
}
