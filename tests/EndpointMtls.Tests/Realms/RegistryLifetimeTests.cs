using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Realms;

/// <summary>Who hears of a change of the configuration, and when; and what disposal ends.</summary>
public sealed class RegistryLifetimeTests : RegistryFixture
{
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
        using var _ = ChangeToken.OnChange(Provider("eu").GetChangeToken, () => seen = Services.Factory.Describe("d:1").Realm);

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("more", "d:1"));

        SpinWait.SpinUntil(() => Volatile.Read(ref seen).Length > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().Be("more");
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

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Plain("plain", "c:1"));
        await reached.Task.WithTimeout();

        Assert.Throws<InvalidOperationException>(() => removed.CreateClientOptions("a"));
        Source.Set(Realm("eu"), Plain("plain", "d:1"));
        Services.Factory.Describe("d:1").Realm.Should().Be("plain");
        await Services.DisposeAsync().AsTask().WithTimeout();
        release.Set();
    }

    [Test]
    public async Task A_reload_that_hangs_does_not_hold_up_disposal()
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
    public void Who_listens_to_a_realm_finds_channels_that_have_followed()
    {
        _ = Services.Factory.GetChannel("c:1");
        var seen = "";
        using var _1 = ChangeToken.OnChange(Provider("eu").GetChangeToken, () => seen = Services.Factory.Describe("c:1").Realm);

        Source.Set(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"), Realm("us"), Plain("more", "c:1"));

        SpinWait.SpinUntil(() => Volatile.Read(ref seen).Length > 0, TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().Be("more");
    }

    [Test]
    public void A_realm_is_let_go_when_the_channels_have_followed()
    {
        var (provider, options) = (Provider("us"), (object?)null);
        using var _ = ChangeToken.OnChange(Services.Get<RealmRegistry>().GetChangeToken, () => options = provider.CreateClientOptions("b"));

        Source.Set(Realm("eu"), Plain("plain", "c:1"));

        options.Should().NotBeNull("who follows may be in the midst of a handshake");
    }

    [Test]
    public async Task After_disposal_nothing_changes_any_more()
    {
        await Services.DisposeAsync();
        var before = Services.Logs.Entries.Count;

        Source.Set(Plain("plain", "x"));

        Services.Logs.Entries.Should().HaveCount(before);
        Time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task After_disposal_what_was_refused_is_not_tried_again()
    {
        Source.Set(Plain("plain", "x"));

        await Services.DisposeAsync();

        Time.RunningTimers.Should().Be(0);
    }

    [Test]
    public void A_change_that_disposal_overtakes_leaves_nothing_running()
    {
        Source.Set(options =>
        {
            Services.DisposeAsync().AsTask().GetAwaiter().GetResult();
            options.Realms.Add(Realm("eu", realm => realm.TlsConfig!.ServerName = "store"));
            options.Realms.Add(Realm("new"));
        });

        Time.RunningTimers.Should().Be(0);
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 202);
    }
}
