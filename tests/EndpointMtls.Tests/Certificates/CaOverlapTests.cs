using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Certificates;

/// <summary>CA certificates that are removed from the files stay trusted for the overlap, so that roots can be replaced in any order.</summary>
public sealed class CaOverlapTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Now = TestRealm.Ahead;

    private readonly TestCa _old = TestCa.CreateRoot("old root");
    private readonly TestCa _new = TestCa.CreateRoot("new root");

    [Test]
    public async Task New_connections_to_a_server_under_the_old_root_succeed_until_the_overlap_ends()
    {
        await using var server = await EchoServer.StartTlsAsync(_old.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(Hour);
        await CallAsync(realm, server, expectedGeneration: 1);

        await realm.RotateAsync(_new);
        await realm.Services.Logs.Wait(311).WithTimeout();
        await CallAsync(realm, server, expectedGeneration: 2);

        realm.Time.Advance(Hour);
        var failure = (await FluentActions.Awaiting(() => CallAsync(realm, server, expectedGeneration: 3)).Should().ThrowAsync<RpcException>()).Which;
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task With_on_trust_removed_close_a_stream_runs_until_the_overlap_ends()
    {
        await using var server = await EchoServer.StartTlsAsync(_old.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(Hour, tls => (tls.OnTrustRemoved, tls.DrainTimeout) = (TrustRemovedAction.Close, 2 * Hour));
        using var call = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address)).Duplex();
        await ExchangeAsync(call);

        await realm.RotateAsync(_new);
        realm.Time.Advance(Hour - Tick);
        await ExchangeAsync(call);
        realm.Time.Advance(Tick);

        var failure = (await FluentActions.Awaiting(() => call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().ThrowAsync<RpcException>()).Which;
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_removed_CA_is_reported_with_its_end_and_removed_then_without_a_change_of_the_files()
    {
        await using var realm = CreateRealm(Hour);

        var removed = await realm.RotateAsync(_new);

        removed.Generation.Should().Be(2);
        Anchors(removed).Should().Equal(("CN=new root", null), ("CN=old root", Now + Hour));
        realm.Time.Advance(Hour - Tick);
        Anchors(realm.Provider.Describe()).Should().Equal(("CN=new root", null), ("CN=old root", Now + Hour));
        realm.Time.Advance(Tick);
        realm.Generation.Should().Be(3);
        Anchors(realm.Provider.Describe()).Should().Equal(("CN=new root", null));
        realm.Logged(202).Select(entry => entry.Level).Should().Equal(LogLevel.Information, LogLevel.Information);
        realm.Logged(202).First().Message.Should().Contain("'CN=old root' (trusted until 2100-01-01 01:00:00Z)");
        realm.Logged(202).Select(entry => entry.Message).Should().BeApproved();
    }

    [Test]
    public async Task A_CA_that_is_added_again_stays_trusted_without_an_end()
    {
        await using var realm = CreateRealm(Hour);
        await realm.RotateAsync(_new);
        realm.Time.Advance(Hour / 2);

        var back = await realm.RotateAsync(_new, _old);

        Anchors(back).Should().Equal(("CN=new root", null), ("CN=old root", null));
        back.Generation.Should().Be(2, "what is trusted has not changed");
        realm.Time.Advance(Hour);
        Anchors(realm.Provider.Describe()).Should().HaveCount(2);
    }

    [Test]
    public async Task The_overlap_restarts_when_a_CA_is_removed_again_and_not_when_others_change()
    {
        var third = TestCa.CreateRoot("third root");
        await using var realm = CreateRealm(Hour);
        await realm.RotateAsync(_new);
        realm.Time.Advance(Hour / 4);

        Anchors(await realm.RotateAsync(third)).Should().Equal(("CN=new root", Now + (Hour * 1.25)), ("CN=old root", Now + Hour), ("CN=third root", null));
        await realm.RotateAsync(third, _old);
        realm.Time.Advance(Hour / 4);

        Anchors(await realm.RotateAsync(third)).Should().Equal(("CN=new root", Now + (Hour * 1.25)), ("CN=old root", Now + (Hour * 1.5)), ("CN=third root", null));
    }

    [Test]
    public async Task Without_an_overlap_a_removed_CA_is_not_trusted_any_more()
    {
        await using var realm = CreateRealm(TimeSpan.Zero);

        Anchors(await realm.RotateAsync(_new)).Should().Equal(("CN=new root", null));
    }

    [Test]
    public async Task Removing_one_of_two_CAs_changes_the_generation_only_when_the_overlap_ends()
    {
        await using var realm = CreateRealm(Hour);
        await realm.RotateAsync(_old, _new);
        var before = realm.Generation;

        (await realm.RotateAsync(_new)).Generation.Should().Be(before);
        realm.Time.Advance(Hour - Tick);
        realm.Generation.Should().Be(before);
        realm.Time.Advance(Tick);

        realm.Generation.Should().Be(before + 1);
        Anchors(realm.InUse).Should().Equal(("CN=new root", null));
    }

    [Test]
    public async Task A_removed_CA_and_a_pending_certificate_that_are_due_together_are_one_generation()
    {
        await using var realm = CreateRealm(Hour, client: Issue("first"));
        realm.Present(Issue("pending", notBefore: Now + Hour));
        var before = (await realm.RotateAsync(_new)).Generation;

        realm.Time.Advance(Hour);

        (realm.Generation, realm.Subject).Should().Be((before + 1, "CN=pending"));
        Anchors(realm.InUse).Should().Equal(("CN=new root", null));
    }

    [Test]
    public async Task Every_change_that_is_due_applies_at_its_own_time()
    {
        var third = TestCa.CreateRoot("third root");
        await using var realm = CreateRealm(Hour, client: Issue("first"));
        realm.Present(Issue("pending", notBefore: Now + (Hour * 1.25)));
        await realm.RotateAsync(_new);
        realm.Time.Advance(Hour / 2);
        await realm.RotateAsync(third);
        AssertState("CN=first", "CN=new root", "CN=old root", "CN=third root");

        realm.Time.Advance((Hour / 2) - Tick);
        AssertState("CN=first", "CN=new root", "CN=old root", "CN=third root");
        realm.Time.Advance(Tick);
        AssertState("CN=first", "CN=new root", "CN=third root");
        realm.Time.Advance((Hour / 4) - Tick);
        AssertState("CN=first", "CN=new root", "CN=third root");
        realm.Time.Advance(Tick);
        AssertState("CN=pending", "CN=new root", "CN=third root");
        realm.Time.Advance((Hour / 4) - Tick);
        AssertState("CN=pending", "CN=new root", "CN=third root");
        realm.Time.Advance(Tick);
        AssertState("CN=pending", "CN=third root");

        void AssertState(string client, params string[] anchors)
        {
            realm.Subject.Should().Be(client);
            realm.InUse.Anchors.Select(anchor => anchor.Subject).Should().Equal(anchors);
        }
    }

    [Test]
    public async Task Random_changes_keep_every_CA_of_the_files_and_no_CA_past_its_end()
    {
        var random = new Random(20300101);
        TestCa[] cas = [_old, _new, TestCa.CreateRoot("third root")];
        TestCertificate[] clients = [Issue("first"), Issue("pending", notBefore: Now + (20 * Hour))];
        await using var realm = CreateRealm(Hour, client: clients[0]);
        var (listed, before) = (new[] { _old }, realm.InUse);
        for (var step = 0; step < 200; step++)
        {
            realm.Time.Advance(Hour * random.NextDouble());
            AssertConsistent();
            if (random.Next(3) == 0)
            {
                continue;
            }

            realm.Reconfigure(tls => tls.CaOverlap = Hour * random.Next(3));
            AssertConsistent();
            listed = [.. cas.Where(_ => random.Next(2) == 0).DefaultIfEmpty(cas[random.Next(2)])];
            realm.Present(clients[random.Next(2)]);
            (await realm.RotateAsync(listed)).LastError.Should().BeNull();
            AssertConsistent();
        }

        void AssertConsistent()
        {
            var (inUse, now) = (realm.InUse, realm.Time.GetUtcNow());
            var removed = inUse.Anchors.Where(anchor => anchor.TrustedUntil is not null).ToList();
            inUse.Anchors.Except(removed).Select(anchor => anchor.Subject).Should().BeEquivalentTo(listed.Select(ca => ca.Certificate.Subject));
            removed.Select(anchor => anchor.Subject).Should().NotIntersectWith(listed.Select(ca => ca.Certificate.Subject));
            foreach (var anchor in removed)
            {
                anchor.TrustedUntil.Should().BeAfter(now).And.BeOnOrBefore(now + realm.Tls.CaOverlap);
            }

            (inUse.NextClientCertificate is null || inUse.NextClientCertificate.NotBefore > now).Should().BeTrue();
            realm.Provider.CreateClientOptions("a").CertificateChainPolicy!.CustomTrustStore.Select(anchor => anchor.Subject)
                .Should().BeEquivalentTo(inUse.Anchors.Select(anchor => anchor.Subject));
            (inUse.Generation - before.Generation).Should().Be(PresentsAndTrusts(inUse) == PresentsAndTrusts(before) ? 0 : 1);
            before = inUse;
        }

        static string PresentsAndTrusts(LoadedCertificates loaded) =>
            $"{loaded.ClientCertificate!.SerialNumber} {string.Join(' ', loaded.Anchors.Select(anchor => anchor.SerialNumber))}";
    }

    private TestRealm CreateRealm(TimeSpan overlap, Action<TlsOptions>? configure = null, TestCertificate? client = null) => new(_old, client, realm =>
    {
        realm.TlsConfig!.CaOverlap = overlap;
        configure?.Invoke(realm.TlsConfig);
    });

    private TestCertificate Issue(string name, DateTimeOffset? notBefore = null) =>
        _old.Issue(name, [], TestCa.ClientAuthentication, notBefore);

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
    }

    private static IEnumerable<(string, DateTimeOffset?)> Anchors(LoadedCertificates loaded) =>
        loaded.Anchors.Select(anchor => (anchor.Subject, anchor.TrustedUntil));

    private static async Task CallAsync(TestRealm realm, EchoServer server, int expectedGeneration)
    {
        await new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        realm.Services.Factory.Describe(server.Address).LastConnection!.Tls!.Generation.Should().Be(expectedGeneration);
    }
}
