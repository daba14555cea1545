using System.Net.Security;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>What a server does with open connections of clients that it no longer trusts.</summary>
public sealed class ClientTrustRemovedTests : LifetimeFixture
{
    private readonly TestCa _otherRoot = TestCa.CreateRoot("other clients");

    [Test]
    public async Task Close_aborts_the_connection_with_its_calls_and_rejects_the_client_afterwards()
    {
        Options.OnTrustRemoved = ClientConnectionAction.Close;
        await StartAsync();
        var client = CreateClient();
        using var running = EchoOf(client).Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_otherRoot);

        (await CatchEndAsync(running)).StatusCode.Should().Be(StatusCode.Unavailable);
        await Meter.Reaches(ClosedConnections, 1);
        Meter.Of(ClosedConnections).Should().Equal((1, "endpoint_mtls.reason=TrustRemoved"));
        await Server.Logs.Wait(513).WithTimeout();
        Server.Logs.Entries.Where(entry => entry.EventId == 513).Should().ContainSingle().Which.Message.Should().BeApproved();
        (await FluentActions.Awaiting(() => CallAsync(client)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);
    }

    [Test]
    public async Task Close_keeps_connections_whose_CA_is_still_trusted()
    {
        Options.OnTrustRemoved = ClientConnectionAction.Close;
        File.AppendAllText(Options.ClientCaFile[0], "\n" + _otherRoot.Pem);
        await StartAsync();
        using var untrusted = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(untrusted);
        using var trusted = EchoOf(CreateClient(_otherRoot.IssueClient("other"))).Duplex();
        await ExchangeAsync(trusted);

        await TrustAsync(_otherRoot);

        (await CatchEndAsync(untrusted)).StatusCode.Should().Be(StatusCode.Unavailable);
        (await ExchangeAsync(trusted, "still here")).Text.Should().Be("still here");
        Server.Connections.Should().Be(2);
    }

    [Test]
    public async Task Close_aborts_the_connection_of_a_revoked_client()
    {
        Options.OnTrustRemoved = ClientConnectionAction.Close;
        Options.ClientCrlFile.Add(Folder.Write("server/clients.crl", ClientRoot.IssueCrl()));
        await StartAsync();
        var certificate = ClientRoot.IssueClient("client");
        var client = CreateClient(certificate);
        using var revoked = EchoOf(client).Duplex();
        await ExchangeAsync(revoked);
        using var kept = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(kept);

        File.WriteAllText(Options.ClientCrlFile[0], ClientRoot.IssueCrl(certificate.Leaf));
        (await Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();

        (await CatchEndAsync(revoked)).StatusCode.Should().Be(StatusCode.Unavailable);
        (await ExchangeAsync(kept, "still here")).Text.Should().Be("still here");
        await Meter.Reaches(ClosedConnections, 1);
        Meter.Of(ClosedConnections).Should().Equal((1, "endpoint_mtls.reason=TrustRemoved"));
        (await FluentActions.Awaiting(() => CallAsync(client)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);
        Server.Logs.Entries.Last(entry => entry.EventId == 500).Message.Should().Contain("(Revoked)");
    }

    [Test]
    public async Task By_default_the_connection_stays_open_and_new_ones_are_rejected()
    {
        await StartAsync();
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_otherRoot);
        var newClient = CreateClient();
        (await FluentActions.Awaiting(() => CallAsync(newClient)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);

        (await ExchangeAsync(running, "still here")).Text.Should().Be("still here");
        Meter.Of(ClosedConnections).Should().BeEmpty();
    }

    [Test]
    public async Task Close_aborts_a_connection_whose_CA_was_removed_during_its_handshake()
    {
        Options.OnTrustRemoved = ClientConnectionAction.Close;
        await StartAsync();

        await using var client = await RawClient.ConnectAsync(
            Server.Port, ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http11, () => TrustAsync(_otherRoot));

        await FluentActions.Awaiting(async () =>
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            (await client.ReadToEndAsync()).Should().BeEmpty();
            throw new IOException("It was closed.");
        }).Should().ThrowAsync<IOException>();
        await Meter.Reaches(ClosedConnections, 1);
        Meter.Of(ClosedConnections).Should().Equal((1, "endpoint_mtls.reason=TrustRemoved"));
    }
}
