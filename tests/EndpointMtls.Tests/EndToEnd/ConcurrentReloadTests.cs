using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Configuration changes during handshakes and calls.</summary>
public sealed class ConcurrentReloadTests : ConfigurationFixture
{
    [Test]
    public async Task A_handshake_that_fails_while_its_address_moves_is_retried_in_the_other_realm()
    {
        var other = TestCa.CreateRoot("other");
        var handshakes = 0;
        RealmOptions? next = null;
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref handshakes) == 1)
            {
                Source.Set(next!);
            }

            return EchoServer.CreateOptions(other.IssueServer("127.0.0.1"), ClientRoot);
        });
        next = Realm("us", server.Address, tls => tls.CaFile[0] = Folder.Write("other.crt", other.Pem));
        Source.Set(Realm("eu", server.Address));

        (await CallAsync(Services.Factory.GetChannel(server.Address))).Should().Be("CN=us");
    }

    [Test]
    public async Task With_close_a_move_to_a_realm_that_does_not_trust_the_server_aborts_at_once()
    {
        Source.Set(Realm("eu", tls => tls.OnTrustRemoved = TrustRemovedAction.Close));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);

        var other = TestCa.CreateRoot("other");
        Source.Set(Realm("us", tls =>
        {
            tls.OnTrustRemoved = TrustRemovedAction.Close;
            tls.CaFile[0] = Folder.Write("other.crt", other.Pem);
        }));

        var end = (await Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_handshake_during_a_change_waits_for_the_new_realm_of_its_address()
    {
        var channel = Channel;

        var call = await CallDuringChangeAsync(channel, Realm("eu", "other:1", LongDrain), Realm("us"), Plain("plain", "plain:1"));

        (await call.WithTimeout()).Should().Be("CN=us");
    }

    [Test]
    public async Task With_close_disabling_verification_aborts_nothing()
    {
        Source.Set(Realm("eu", tls => tls.OnTrustRemoved = TrustRemovedAction.Close));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);

        Source.Set(Realm("eu", tls =>
        {
            tls.OnTrustRemoved = TrustRemovedAction.Close;
            tls.InsecureSkipVerify = true;
            tls.CaFile.Clear();
        }));

        (await ExchangeAsync(running)).Should().Be("CN=eu");
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 303);
    }

    [Test]
    public async Task Trust_that_is_removed_during_a_change_aborts_when_the_change_is_applied()
    {
        Source.Set(Realm("eu", tls => tls.OnTrustRemoved = TrustRemovedAction.Close));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);

        OnReadDuringChange(() =>
        {
            Folder.Write("eu/ca.crt", TestCa.CreateRoot("other").Pem);
            Services.Get<RotatingCertificateProvider>("eu").ReloadAsync().GetAwaiter().GetResult();
        });
        Source.Set(
            Realm("eu", tls => (tls.OnTrustRemoved, tls.DrainTimeout) = (TrustRemovedAction.Close, TimeSpan.FromMinutes(7))),
            Plain("other", "other:1"));

        var end = (await Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_handshake_during_a_change_that_closes_its_channel_fails_without_waiting()
    {
        var channel = Channel;

        var call = await CallDuringChangeAsync(channel, Realm("eu", "other:1", LongDrain), Plain("plain", "plain:1"));

        var failure = (await Assert.ThrowsAsync<RpcException>(() => call.WithTimeout()))!;
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.RealmRemoved);
    }

    private static void LongDrain(TlsOptions tls) => tls.DrainTimeout = TimeSpan.FromMinutes(7);

    /// <summary>Makes the first call of a channel during a change: realm 'eu' has its new rules, and its channels are not updated yet.</summary>
    private async Task<Task<string>> CallDuringChangeAsync(GrpcChannel channel, params RealmOptions[] realms)
    {
        Task<string>? call = null;
        OnReadDuringChange(() =>
        {
            call = Task.Run(() => CallAsync(channel));
            SpinWait.SpinUntil(() => Server.Connections == 1, TimeSpan.FromSeconds(30)).Should().BeTrue();
            call.Wait(TimeSpan.FromMilliseconds(100)).Should().BeFalse("the handshake waits");
        });
        await Task.Run(() => Source.Set(realms)).WithTimeout();
        return call!;
    }

    /// <summary>Runs an action when the clock is read after realm 'eu' has got its drain timeout of seven minutes.</summary>
    private void OnReadDuringChange(Action action)
    {
        var provider = Services.Get<RotatingCertificateProvider>("eu");
        Time.OnRead = () =>
        {
            if (provider.InUse.Tls.DrainTimeout == TimeSpan.FromMinutes(7))
            {
                Time.OnRead = null;
                action();
            }
        };
    }
}
