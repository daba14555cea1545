using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Reloads on request, what they log, and what remains after the container is disposed.</summary>
public sealed class ReloadTests
{
    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task A_cancelled_reload_of_changing_files_changes_nothing()
    {
        await using var realm = CreateRealm();
        using var cancellation = new CancellationTokenSource();
        realm.Delete("tls.crt");

        var reload = realm.Provider.ReloadAsync(cancellation.Token);
        reload.IsCompleted.Should().BeFalse();
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => reload.WithTimeout()).Should().ThrowAsync<OperationCanceledException>();
        realm.Provider.Describe().Should().BeEquivalentTo(new { Generation = 1, LastError = (string?)null });
        realm.Time.Advance(TestRealm.QuietPeriod);
        (await realm.Provider.ReloadAsync().WithTimeout()).LastError.Should().Contain("does not exist");
    }

    [Test]
    public async Task Waits_until_the_files_are_complete()
    {
        await using var realm = CreateRealm();
        realm.Delete("tls.crt");

        var reload = realm.Provider.ReloadAsync();
        realm.Present(_root.IssueClient("second"));
        realm.Time.Advance(TestRealm.QuietPeriod);

        (await reload.WithTimeout()).ClientCertificate!.Subject.Should().Be("CN=second");
    }

    [Test]
    public async Task Waits_until_the_channels_are_told_of_what_a_handshake_has_read()
    {
        await using var realm = CreateRealm();
        var reload = Task.CompletedTask;
        var hasReturned = true;
        using var registration = realm.Provider.GetChannelToken().RegisterChangeCallback(_ =>
        {
            reload = Task.Run(() => realm.Provider.ReloadAsync());
            hasReturned = reload.Wait(TimeSpan.FromMilliseconds(200));
        }, null);

        realm.Present(_root.IssueClient("second"));
        realm.CheckAtHandshake();

        await reload.WithTimeout();
        hasReturned.Should().BeFalse();
    }

    [Test]
    public async Task Waits_again_while_the_files_are_still_changing()
    {
        await using var realm = CreateRealm();
        realm.Delete("tls.crt");
        var reload = realm.Provider.ReloadAsync();
        realm.Delete("tls.key");
        realm.Time.Advance(TestRealm.QuietPeriod);

        realm.Present(_root.IssueClient("second"));
        while (!reload.IsCompleted)
        {
            realm.Time.Advance(TestRealm.QuietPeriod);
            await Task.Yield();
        }

        (await reload).ClientCertificate!.Subject.Should().Be("CN=second");
    }

    [Test]
    public async Task Describes_the_files_in_use_while_others_are_rejected()
    {
        await using var realm = CreateRealm();
        var before = realm.Provider.Describe().Files;
        realm.Write("tls.key", "nonsense");

        var rejected = await realm.Provider.ReloadAsync().WithTimeout();
        rejected.LastError.Should().NotBeNull();
        rejected.Files.Should().BeEquivalentTo(before);

        (await realm.RotateAsync(_root.IssueClient("the second of all"))).Files.Should().NotBeEquivalentTo(before);
    }

    [Test]
    public async Task Logs_a_recovery_when_the_files_contain_what_is_in_use_again()
    {
        var client = _root.IssueClient("first");
        await using var realm = new TestRealm(_root, client);
        realm.Write("tls.key", "nonsense");
        (await realm.Provider.ReloadAsync().WithTimeout()).LastError.Should().Contain("holds no private key");

        (await realm.RotateAsync(client)).Should().BeEquivalentTo(new { Generation = 1, LastError = (string?)null, LastErrorAt = (DateTimeOffset?)null });

        var entry = realm.Logged(204).Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Information);
        entry.Message.Should().Contain("'eu'");
        entry.Message.Should().BeApproved();
    }

    [Test]
    public async Task Logs_what_is_presented_and_trusted_at_the_start_and_after_a_change()
    {
        var (first, second) = (_root.IssueClient("first"), _root.IssueClient("second"));
        await using var realm = new TestRealm(_root, first);

        await realm.RotateAsync(second);

        LogEntry[] entries = [realm.Logged(201).Should().ContainSingle().Subject, realm.Logged(202).Should().ContainSingle().Subject];
        entries.Select(entry => entry.Level).Should().AllBeEquivalentTo(LogLevel.Information);
        entries[0].Message.Should().ContainAll("'eu'", "'CN=first'", first.Leaf.SerialNumber, "2119-12-30 00:00:00Z", "'CN=root'");
        entries[1].Message.Should().ContainAll("'eu'", "'CN=second'", second.Leaf.SerialNumber, "2119-12-30 00:00:00Z", "'CN=root'", "generation 2");
        entries.Select(entry => entry.Message).Should().BeApproved();
    }

    [Test]
    public async Task Logs_no_intermediates_as_trusted()
    {
        await using var realm = CreateRealm();

        await realm.RotateAsync(_root, _root.CreateIntermediate("intermediate"));

        realm.Logged(202).Should().ContainSingle().Which.Message.Should().Contain("'CN=root'").And.NotContain("intermediate");
    }

    [Test]
    public async Task A_description_is_consistent_during_rotations()
    {
        var clients = new[] { _root.IssueClient("even"), _root.IssueClient("odd") };
        await using var realm = new TestRealm(_root, clients[1]);
        var done = false;
        var reading = Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
            {
                var loaded = realm.Provider.Describe();
                loaded.ClientCertificate!.Subject.Should().Be(clients[loaded.Generation % 2].Subject);
            }
        });

        for (var generation = 2; generation <= 30; generation++)
        {
            (await realm.RotateAsync(clients[generation % 2])).Generation.Should().Be(generation);
        }

        Volatile.Write(ref done, true);
        await reading.WithTimeout();
    }

    [Test]
    public async Task A_keyed_service_is_the_provider_of_the_realm()
    {
        await using var realm = CreateRealm();

        ActivatorUtilities.CreateInstance<Consumer>(realm.Services.Get<IServiceProvider>()).Provider.Should().BeSameAs(realm.Provider);
    }

    [Test]
    public async Task After_disposal_of_the_container_the_provider_keeps_its_certificates_and_checks_no_files()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = CreateRealm();
        await realm.Services.Factory.GetChannel(server.Address).ConnectAsync().WithTimeout();
        await realm.RotateAsync(_root.IssueClient("second"));
        var token = realm.Provider.GetChangeToken();
        realm.Time.Advance(TimeSpan.FromMinutes(1));
        var last = realm.Time.GetUtcNow();
        realm.InUse.CheckedAt.Should().Be(last);

        await realm.Services.DisposeAsync();

        realm.Present(_root.IssueClient("third"));
        realm.Time.Advance(TimeSpan.FromMinutes(1));
        (await realm.ReloadAsync()).Should().BeEquivalentTo(new { Generation = 2, CheckedAt = last });
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=second");
        realm.Provider.CreateRotatingClientOptions("a").LocalCertificateSelectionCallback!(this, "a", [], null, [])!.Subject.Should().Be("CN=second");
        token.HasChanged.Should().BeFalse();
        realm.Time.RunningTimers.Should().Be(0, "a timer without effect would still keep the realm in memory");
    }

    private TestRealm CreateRealm() => new(_root, _root.IssueClient("first"));

    private sealed class Consumer([FromKeyedServices("eu")] RotatingCertificateProvider provider)
    {
        public RotatingCertificateProvider Provider { get; } = provider;
    }
}
