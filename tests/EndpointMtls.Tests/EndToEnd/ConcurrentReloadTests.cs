using System.Net;
using System.Net.Sockets;
using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

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
        Source.Set(Realm("eu"), Realm("us", "other:1"));
        var (eu, us) = (Services.Get<RealmRegistry>().Table.Realms[0], Services.Get<RealmRegistry>().Table.Realms[1]);
        var changing = us with { Definition = us.Definition with { Tls = us.Definition.Tls!.With(tls => tls.ServerName = "before") } };
        EndpointAddress.TryParse(Server.Address, out var address, out _).Should().BeTrue();
        var context = new ChannelContext(new AddressDestination(address), changing, Time, Services.Logs, new EndpointMeter(null));
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.Port);

        var connecting = new EndpointConnector(context).ConnectAsync(new DnsEndPoint("127.0.0.1", Server.Port), _ => ValueTask.FromResult<Stream>(client.GetStream()), CancellationToken.None);
        context.Realm = eu;

        var (stream, connection) = await connecting.AsTask().WithTimeout();
        connection.Provider.Should().BeSameAs(eu.Provider);
        await stream.DisposeAsync();
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

        // The clock is read during the change: realm 'eu' has its new rules, and its channels are not updated yet.
        var provider = Services.Get<RotatingCertificateProvider>("eu");
        Time.OnRead = () =>
        {
            if (provider.InUse.Tls.DrainTimeout == TimeSpan.FromMinutes(7))
            {
                Time.OnRead = null;
                Folder.Write("eu/ca.crt", TestCa.CreateRoot("other").Pem);
                provider.ReloadAsync().GetAwaiter().GetResult();
            }
        };
        Source.Set(
            Realm("eu", tls => (tls.OnTrustRemoved, tls.DrainTimeout) = (TrustRemovedAction.Close, TimeSpan.FromMinutes(7))),
            Plain("other", "other:1"));

        var end = (await Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_handshake_during_a_change_that_closes_its_channel_fails_without_waiting()
    {
        var eu = Services.Get<RealmRegistry>().Table.Realms.Single();
        var changing = eu with { Definition = eu.Definition with { Tls = eu.Definition.Tls!.With(tls => tls.ServerName = "before") } };
        EndpointAddress.TryParse(Server.Address, out var address, out _).Should().BeTrue();
        var context = new ChannelContext(new AddressDestination(address), changing, Time, Services.Logs, new EndpointMeter(null));
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.Port);
        var connector = new EndpointConnector(context);

        var connecting = connector.ConnectAsync(new DnsEndPoint("127.0.0.1", Server.Port), _ => ValueTask.FromResult<Stream>(client.GetStream()), CancellationToken.None);
        context.Closed = connector.CreateRealmRemoved("it is gone");

        (await Assert.ThrowsAsync<EndpointConnectionException>(() => connecting.AsTask().WithTimeout()))!.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
    }
}
