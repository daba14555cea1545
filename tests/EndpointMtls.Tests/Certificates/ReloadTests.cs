using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Reloading on demand, what is told of it, and what remains after the container is gone.</summary>
public sealed class ReloadTests
{
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromMilliseconds(100);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task Waiting_for_files_that_are_being_written_can_be_cancelled_and_changes_nothing()
    {
        await using var realm = CreateRealm();
        using var enough = new CancellationTokenSource();
        realm.Delete("tls.crt");

        var reload = realm.Provider.ReloadAsync(enough.Token);
        reload.IsCompleted.Should().BeFalse();
        await enough.CancelAsync();

        await FluentActions.Awaiting(() => reload.WithTimeout()).Should().ThrowAsync<OperationCanceledException>();
        realm.Provider.Describe().Should().BeEquivalentTo(new { Generation = 1, LastError = (string?)null });
        realm.Time.Advance(QuietPeriod);
        (await realm.Provider.ReloadAsync().WithTimeout()).LastError.Should().Contain("does not exist");
    }

    [Test]
    public async Task Waits_until_the_files_are_whole()
    {
        await using var realm = CreateRealm();
        realm.Delete("tls.crt");

        var reload = realm.Provider.ReloadAsync();
        realm.Present(_root.IssueClient("second"));
        realm.Time.Advance(QuietPeriod);

        (await reload.WithTimeout()).ClientCertificate!.Subject.Should().Be("CN=second");
    }

    [Test]
    public async Task Waits_as_often_as_somebody_goes_on_writing()
    {
        await using var realm = CreateRealm();
        realm.Delete("tls.crt");
        var reload = realm.Provider.ReloadAsync();
        realm.Delete("tls.key");
        realm.Time.Advance(QuietPeriod);

        realm.Present(_root.IssueClient("second"));
        while (!reload.IsCompleted)
        {
            realm.Time.Advance(QuietPeriod);
            await Task.Yield();
        }

        (await reload).ClientCertificate!.Subject.Should().Be("CN=second");
    }

    [Test]
    public async Task Describes_the_files_that_are_in_use_while_others_cannot_be_taken_over()
    {
        await using var realm = CreateRealm();
        var before = realm.Provider.Describe().Files;
        realm.Write("tls.key", "nonsense");

        var refused = await realm.Provider.ReloadAsync().WithTimeout();
        refused.LastError.Should().NotBeNull();
        refused.Files.Should().BeEquivalentTo(before);

        (await realm.RotateAsync(_root.IssueClient("the second of all"))).Files.Should().NotBeEquivalentTo(before);
    }

    [Test]
    public async Task Says_that_the_files_are_in_order_again_when_they_hold_what_is_in_use()
    {
        var client = _root.IssueClient("first");
        await using var realm = new TimedRealm(_root, client);
        realm.Write("tls.key", "nonsense");
        (await realm.Provider.ReloadAsync().WithTimeout()).LastError.Should().Contain("holds no private key");

        (await realm.RotateAsync(client)).Should().BeEquivalentTo(new { Generation = 1, LastError = (string?)null, LastErrorAt = (DateTimeOffset?)null });

        realm.Logged(204).Should().Equal(new LogEntry(LogLevel.Information, 204, "The files of realm 'eu' are in order again, and hold what is in use."));
    }

    [Test]
    public async Task Tells_what_is_presented_and_trusted_at_the_start_and_after_a_change()
    {
        var (first, second) = (_root.IssueClient("first"), _root.IssueClient("second"));
        await using var realm = new TimedRealm(_root, first);

        await realm.RotateAsync(second);

        realm.Logged(201).Should().Equal(new LogEntry(
            LogLevel.Information, 201, $"Realm 'eu' presents certificate 'CN=first' ({first.Leaf.SerialNumber}), valid until 2119-12-30 00:00:00Z, and trusts 'CN=root'."));
        realm.Logged(202).Should().Equal(new LogEntry(
            LogLevel.Information, 202, $"Realm 'eu' now presents certificate 'CN=second' ({second.Leaf.SerialNumber}), valid until 2119-12-30 00:00:00Z, and trusts 'CN=root' (generation 2)."));
    }

    [Test]
    public async Task Does_not_say_that_intermediates_are_trusted()
    {
        await using var realm = CreateRealm();

        await realm.RotateAsync(_root, _root.CreateIntermediate("intermediate"));

        realm.Logged(202).Should().ContainSingle().Which.Message.Should().EndWith("and trusts 'CN=root' (generation 2).");
    }

    [Test]
    public async Task A_description_is_of_one_moment()
    {
        var clients = new[] { _root.IssueClient("even"), _root.IssueClient("odd") };
        await using var realm = new TimedRealm(_root, clients[1]);
        var done = false;
        var looking = Task.Run(() =>
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
        await looking.WithTimeout();
    }

    [Test]
    public async Task A_service_gets_the_provider_of_the_realm_it_names()
    {
        await using var realm = CreateRealm();

        ActivatorUtilities.CreateInstance<Consumer>(realm.Services.Get<IServiceProvider>()).Provider.Should().BeSameAs(realm.Provider);
    }

    [Test]
    public async Task After_the_container_is_gone_the_provider_goes_on_with_what_it_had_and_no_timer_runs()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = CreateRealm();
        await realm.Services.Factory.GetChannel(server.Address).ConnectAsync().WithTimeout();
        await realm.RotateAsync(_root.IssueClient("second"));
        realm.Time.RunningTimers.Should().BePositive();
        var token = realm.Provider.GetChangeToken();

        await realm.Services.DisposeAsync();
        realm.Time.RunningTimers.Should().Be(0);

        realm.Time.Advance(TimeSpan.FromMinutes(1));
        (await realm.RotateAsync(_root.IssueClient("third"))).Generation.Should().Be(2);
        realm.Provider.CreateClientOptions("a").ClientCertificateContext!.TargetCertificate.Subject.Should().Be("CN=second");
        realm.Provider.CreateRotatingClientOptions("a").LocalCertificateSelectionCallback!(this, "a", [], null, [])!.Subject.Should().Be("CN=second");
        token.HasChanged.Should().BeFalse();
        realm.Time.RunningTimers.Should().Be(0);
    }

    private TimedRealm CreateRealm() => new(_root, _root.IssueClient("first"));

    private sealed class Consumer([FromKeyedServices("eu")] RotatingCertificateProvider provider)
    {
        public RotatingCertificateProvider Provider { get; } = provider;
    }
}
