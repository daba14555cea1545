using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Change tokens, and the listeners that are registered with them.</summary>
public sealed class ChangeTokenTests
{
    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task A_token_signals_once_and_OnChange_signals_every_time()
    {
        await using var realm = CreateRealm();
        var (once, always) = (0, 0);
        var token = realm.Provider.GetChangeToken();
        token.RegisterChangeCallback(_ => once++, null);
        using var subscription = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => always++);

        await realm.RotateAsync(_root.IssueClient("second"));
        (once, always).Should().Be((1, 1));
        token.HasChanged.Should().BeTrue();
        realm.Provider.GetChangeToken().HasChanged.Should().BeFalse();

        await realm.RotateAsync(TestCa.CreateRoot("other"));
        (once, always).Should().Be((1, 2));
    }

    [Test]
    public async Task A_token_does_not_signal_when_the_files_are_unchanged_or_rejected()
    {
        await using var realm = CreateRealm();
        var token = realm.Provider.GetChangeToken();

        await realm.Provider.ReloadAsync().WithTimeout();
        realm.Write("tls.crt", "nonsense");
        (await realm.Provider.ReloadAsync().WithTimeout()).LastError.Should().NotBeNull();

        token.HasChanged.Should().BeFalse();
    }

    [Test]
    public async Task A_listener_sees_the_new_certificate()
    {
        await using var realm = CreateRealm();
        string? seen = null;
        using var subscription = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => seen = realm.Subject);

        await realm.RotateAsync(_root.IssueClient("second"));

        seen.Should().Be("CN=second");
    }

    [Test]
    public async Task A_listener_that_throws_affects_neither_other_listeners_nor_calls()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = CreateRealm();
        var others = 0;
        using var before = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => others++);
        using var thrower = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => throw new InvalidOperationException("test"));
        using var after = ChangeToken.OnChange(realm.Provider.GetChangeToken, () => others++);

        // A handshake notices the first change, and the timer the second.
        realm.Present(_root.IssueClient("second"));
        realm.Time.Advance(TimeSpan.FromSeconds(1));
        var client = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address));
        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=second");
        realm.Present(_root.IssueClient("third"));
        realm.Time.Advance(TimeSpan.FromSeconds(11));

        realm.Generation.Should().Be(3);
        others.Should().Be(4);
        realm.Logged(207).Should().HaveCount(2).And.OnlyContain(entry => entry.Level == LogLevel.Error && entry.Exception is AggregateException);
        realm.Logged(207).Select(entry => entry.Message).Should().BeApproved();
        await client.UntilPresents("CN=third");
    }

    [Test]
    public async Task A_listener_may_wait_for_another_thread_that_reloads()
    {
        await using var realm = CreateRealm();
        LoadedCertificates? loaded = null;
        using var subscription = ChangeToken.OnChange(realm.Provider.GetChangeToken, () =>
            loaded ??= Task.Run(() => realm.Provider.ReloadAsync()).WaitAsync(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult());

        await realm.RotateAsync(_root.IssueClient("second"));

        loaded.Should().NotBeNull().And.BeEquivalentTo(new { Generation = 2 });
        realm.Logged(207).Should().BeEmpty();
    }

    private TestRealm CreateRealm() => new(_root, _root.IssueClient("first"));
}
