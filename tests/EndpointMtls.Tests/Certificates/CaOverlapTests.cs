using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Certificates;

/// <summary>CaCertificates that have left the files stay trusted for a while, so that roots can be replaced in any order.</summary>
public sealed class CaOverlapTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Now = TimedRealm.Ahead;

    private readonly TestCa _old = TestCa.CreateRoot("old root");
    private readonly TestCa _new = TestCa.CreateRoot("new root");

    [Test]
    public async Task A_server_under_the_old_root_is_reached_over_new_connections_until_the_overlap_ends()
    {
        await using var server = await EchoServer.StartTlsAsync(_old.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(Hour);
        await CallAsync(realm, server, expectedGeneration: 1);

        await realm.RotateAsync(_new);
        await CallAsync(realm, server, expectedGeneration: 2);

        realm.Time.Advance(Hour);
        var failure = (await FluentActions.Awaiting(() => CallAsync(realm, server, expectedGeneration: 3)).Should().ThrowAsync<RpcException>()).Which;
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task Where_removed_trust_closes_a_stream_runs_until_the_overlap_ends()
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
    public async Task An_authority_on_notice_is_shown_and_told_and_goes_without_any_change_of_the_files()
    {
        await using var realm = CreateRealm(Hour);

        var onNotice = await realm.RotateAsync(_new);

        onNotice.Generation.Should().Be(2);
        Anchors(onNotice).Should().Equal(("CN=new root", null), ("CN=old root", Now + Hour));
        realm.Time.Advance(Hour - Tick);
        Anchors(realm.Provider.Describe()).Should().Equal(("CN=new root", null), ("CN=old root", Now + Hour));
        realm.Time.Advance(Tick);
        realm.Generation.Should().Be(3);
        Anchors(realm.Provider.Describe()).Should().Equal(("CN=new root", null));
        realm.Logged(202).Should().Equal(
            new LogEntry(LogLevel.Information, 202, "Realm 'eu' now presents no certificate, and trusts 'CN=new root', 'CN=old root' (on notice until 2100-01-01 01:00:00Z) (generation 2)."),
            new LogEntry(LogLevel.Information, 202, "Realm 'eu' now presents no certificate, and trusts 'CN=new root' (generation 3)."));
    }

    [Test]
    public async Task An_authority_that_comes_back_is_off_notice()
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
    public async Task Notice_is_given_anew_when_an_authority_leaves_again_and_not_when_others_do()
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
    public async Task Without_an_overlap_an_authority_goes_at_once()
    {
        await using var realm = CreateRealm(TimeSpan.Zero);

        Anchors(await realm.RotateAsync(_new)).Should().Equal(("CN=new root", null));
    }

    private TimedRealm CreateRealm(TimeSpan overlap, Action<TlsOptions>? configure = null) => new(_old, client: null, realm =>
    {
        realm.TlsConfig!.CaOverlap = overlap;
        configure?.Invoke(realm.TlsConfig);
    });

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
    }

    private static IEnumerable<(string, DateTimeOffset?)> Anchors(LoadedCertificates loaded) =>
        loaded.Anchors.Select(anchor => (anchor.Subject, anchor.TrustedUntil));

    private static async Task CallAsync(TimedRealm realm, EchoServer server, int expectedGeneration)
    {
        await new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        realm.Services.Factory.Describe(server.Address).LastConnection!.Tls!.Generation.Should().Be(expectedGeneration);
    }
}
