using EndpointMtls.Files;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Realms;

/// <summary>What a change of the configuration does to files: those in use, those it names anew, and those it names no more.</summary>
public sealed class RegistryFilesTests : RegistryFixture
{
    [Test]
    public void A_realm_that_changes_follows_its_new_files_and_no_more_the_old()
    {
        var other = TestCa.CreateRoot("other");
        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Folder.WriteRealm("eu", Root, Root.IssueClient("nobody"));
        Time.Advance(TimeSpan.FromSeconds(11));
        Provider("eu").Describe().Generation.Should().Be(2);

        Folder.WriteRealm("other", other, other.IssueClient("renewed"));
        Time.Advance(TimeSpan.FromSeconds(11));
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=renewed");
    }

    [Test]
    public async Task A_realm_that_changes_watches_the_folder_of_its_new_files_and_no_more_that_of_the_old()
    {
        var other = TestCa.CreateRoot("other");
        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", other, other.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));
        var (lookedAt, hinted) = (Provider("eu").Describe().CheckedAt, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        using (new FolderWatch([Folder["eu/tls.crt"]], () => hinted.TrySetResult()))
        {
            Folder.Write("eu/tls.crt", "nobody reads this");
            await hinted.Task.WithTimeout();
        }

        Time.Advance(FileMonitor.QuietPeriod);
        Provider("eu").Describe().CheckedAt.Should().Be(lookedAt);

        Folder.WriteRealm("other", other, other.IssueClient("renewed"));
        await Time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        Time.Advance(FileMonitor.QuietPeriod);
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=renewed");
    }

    [Test]
    public void What_is_in_use_dates_from_the_change_that_brought_it()
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
    public void Another_check_interval_counts_from_the_change_on()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig!.CheckInterval = TimeSpan.FromSeconds(1)), Realm("us"), Plain("plain", "c:1"));

        Time.Advance(TimeSpan.FromSeconds(2));

        Provider("eu").Describe().CheckedAt.Should().Be(Time.GetUtcNow());
    }

    [Test]
    public async Task Files_that_were_refused_are_forgotten_with_the_configuration_that_named_them()
    {
        Folder.Write("eu/tls.crt", "garbage");
        (await Provider("eu").ReloadAsync().WithTimeout()).LastError.Should().NotBeNull();

        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("other", Root, Root.IssueClient("other"))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().LastError.Should().BeNull();
    }

    [Test]
    public async Task Errors_point_to_where_a_realm_stands_now()
    {
        Source.Set(Plain("plain", "c:1"), Realm("us"), Realm("eu"));
        Folder.Write("eu/ca.crt", "garbage");

        (await Provider("eu").ReloadAsync().WithTimeout()).LastError.Should().StartWith("realms[2].tls_config.ca_file: realm 'eu': ");
    }

    [Test]
    public void Files_that_are_on_their_way_are_waited_for()
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
    public void Files_of_a_realm_that_stays_the_same_do_not_matter_while_they_are_wrong()
    {
        Folder.Write("eu/tls.crt", "garbage");

        Source.Set(Realm("eu"), Plain("plain", "d:1"));

        Services.Factory.Describe("d:1").Realm.Should().Be("plain");
        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
    }

    [Test]
    public void Files_that_were_refused_stay_refused_when_other_rules_come_into_force()
    {
        Folder.Write("eu/tls.crt", Root.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddDays(-1)).ChainPem);
        Time.Advance(TimeSpan.FromSeconds(11));
        var refused = Provider("eu").Describe().LastError;
        refused.Should().NotBeNull();

        Source.Set(Realm("eu", realm => realm.TlsConfig!.DrainTimeout = TimeSpan.FromMinutes(6)), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().Should().Match<LoadedCertificates>(loaded => loaded.ClientCertificate!.Subject == "CN=eu" && loaded.LastError == refused);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public void Other_files_that_hold_an_expired_certificate_do_not_replace_a_valid_one()
    {
        Source.Set(Realm("eu", realm => realm.TlsConfig = Folder.WriteRealm("old", Root, Root.Issue("expired", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow().AddDays(-1)))), Realm("us"), Plain("plain", "c:1"));

        Provider("eu").Describe().ClientCertificate!.Subject.Should().Be("CN=eu");
        Logged(101).Should().Contain("holds a certificate that expired on");
    }

    [Test]
    public void A_certificate_that_is_held_back_does_not_keep_other_rules_from_coming_into_force()
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
    public void Files_of_a_realm_that_are_still_being_written_are_waited_for_in_silence()
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
    public void Files_of_a_realm_that_do_not_stop_changing_are_told()
    {
        var tls = Folder.WriteRealm("new", Root, client: null);
        File.SetLastWriteTimeUtc(tls.CaFile[0], Time.GetUtcNow().UtcDateTime);
        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"), new RealmOptions { Name = "new", Endpoints = { "new:1" }, TlsConfig = tls });
        for (var look = 0; look < 301; look++)
        {
            File.AppendAllText(tls.CaFile[0], "\n");
            File.SetLastWriteTimeUtc(tls.CaFile[0], (Time.GetUtcNow() + FileMonitor.QuietPeriod).UtcDateTime);
            Time.Advance(FileMonitor.QuietPeriod);
        }

        Services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 101).Which.Message.Should().Contain("the files of new realms do not stop changing");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Removed_trust_does_not_outlive_a_configuration_that_says_otherwise(bool weakened)
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
