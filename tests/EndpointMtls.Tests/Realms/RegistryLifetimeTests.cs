using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Realms;

/// <summary>When callbacks of a reload run, and what disposal stops.</summary>
public sealed class RegistryLifetimeTests : RegistryFixture
{
    [Test]
    public void Applies_a_change_during_the_first_load()
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
    public void The_callback_of_a_realm_sees_the_whole_change_applied()
    {
        var seen = "";
        using var _ = ChangeToken.OnChange(Provider("eu").GetChangeToken, () => seen = Services.Factory.Describe("d:1").Realm);

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("more", "d:1"));

        SpinWait.SpinUntil(() => Volatile.Read(ref seen).Length > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().Be("more");
    }

    [Test]
    public async Task A_callback_that_blocks_delays_no_reload_and_no_disposal()
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = ChangeToken.OnChange(Provider("eu").GetChangeToken, () =>
        {
            reached.TrySetResult();
            release.Wait();
        });
        var removed = Provider("us");

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Plain("plain", "c:1"));
        await reached.Task.WithTimeout();

        Assert.Throws<InvalidOperationException>(() => removed.CreateClientOptions("a"));
        Source.Set(Realm("eu"), Plain("plain", "d:1"));
        Services.Factory.Describe("d:1").Realm.Should().Be("plain");
        await Services.DisposeAsync().AsTask().WithTimeout();
        release.Set();
    }

    [Test]
    public async Task A_reload_that_hangs_does_not_block_disposal()
    {
        using var release = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reloading = Task.Run(() => Source.Set(_ =>
        {
            reached.SetResult();
            release.Wait();
        }));
        await reached.Task.WithTimeout();

        await Services.DisposeAsync().AsTask().WithTimeout();

        release.Set();
        await reloading.WithTimeout();
    }

    [Test]
    public void The_callback_of_a_realm_sees_updated_channels()
    {
        _ = Services.Factory.GetChannel("c:1");
        var seen = "";
        using var _1 = ChangeToken.OnChange(Provider("eu").GetChangeToken, () => seen = Services.Factory.Describe("c:1").Realm);

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("more", "c:1"));

        SpinWait.SpinUntil(() => Volatile.Read(ref seen).Length > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().Be("more");
    }

    [Test]
    public void A_removed_realm_is_usable_until_the_callbacks_of_the_table_have_run()
    {
        var (provider, options) = (Provider("us"), (object?)null);
        using var _ = ChangeToken.OnChange(Services.Get<RealmRegistry>().GetChangeToken, () => options = provider.CreateClientOptions("b"));

        Source.Set(Realm("eu"), Plain("plain", "c:1"));

        options.Should().NotBeNull("a channel may be in a handshake");
    }

    [Test]
    public async Task After_disposal_no_change_of_configuration_or_files_is_applied()
    {
        var eu = Provider("eu");
        await Services.DisposeAsync();
        var (before, checkedAt) = (Services.Logs.Entries.Count, eu.Describe().CheckedAt);

        Source.Set(Plain("plain", "x"));
        Folder.WriteRealm("eu", Root, Root.IssueClient("later"));
        Time.Advance(TimeSpan.FromHours(1));

        Services.Logs.Entries.Should().HaveCount(before);
        eu.Describe().CheckedAt.Should().Be(checkedAt);
    }

    [Test]
    public async Task After_disposal_a_rejected_configuration_is_not_loaded_again()
    {
        var loads = 0;
        Source.Set(_ =>
        {
            loads++;
            throw new IOException("busy");
        });
        Time.Advance(RealmRegistry.RetryInterval);
        loads.Should().Be(2);

        await Services.DisposeAsync();
        Time.Advance(TimeSpan.FromHours(1));

        loads.Should().Be(2);
    }

    [Test]
    public void A_reload_during_disposal_watches_no_files_afterwards()
    {
        var eu = Provider("eu");
        Source.Set(options =>
        {
            Services.DisposeAsync().AsTask().GetAwaiter().GetResult();
            options.Realms.Add(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"));
            options.Realms.Add(Realm("new"));
        });
        var checkedAt = eu.Describe().CheckedAt;

        Folder.WriteRealm("eu", Root, Root.IssueClient("later"));
        Folder.WriteRealm("new", Root, Root.IssueClient("later"));
        Time.Advance(TimeSpan.FromHours(1));

        eu.Describe().CheckedAt.Should().Be(checkedAt);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 202);
    }
}
