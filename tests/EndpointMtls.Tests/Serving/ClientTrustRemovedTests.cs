using System.Net.Security;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>What becomes of connections whose client would be let in no more.</summary>
public sealed class ClientTrustRemovedTests : LifetimeFixture
{
    private readonly TestCa _otherRoot = TestCa.CreateRoot("other clients");

    [Test]
    public async Task With_close_their_calls_end_at_once_and_the_client_cannot_come_back()
    {
        Options.OnTrustRemoved = TrustRemovedAction.Close;
        await StartAsync();
        var client = CreateClient();
        using var running = EchoOf(client).Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_otherRoot);

        (await CatchEndAsync(running)).StatusCode.Should().Be(StatusCode.Unavailable);
        await Connections.Closed(1);
        Meter.Of(Closed).Should().Equal((1, "endpoint_mtls.reason=TrustRemoved"));
        await Server.Logs.Wait(513).WithTimeout();
        Server.Logs.Entries.Where(entry => entry.EventId == 513).Should().ContainSingle().Which.Message.Should()
            .Be("Cut 1 connections of realm 'server': their clients would be let in no more, and 'on_trust_removed' is 'close'.");
        (await FluentActions.Awaiting(() => CallAsync(client)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);
    }

    [Test]
    public async Task With_close_a_client_whose_authority_stays_is_not_touched()
    {
        Options.OnTrustRemoved = TrustRemovedAction.Close;
        File.AppendAllText(Options.ClientCaFile[0], "\n" + _otherRoot.Pem);
        await StartAsync();
        using var doomed = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(doomed);
        using var spared = EchoOf(CreateClient(_otherRoot.IssueClient("other"))).Duplex();
        await ExchangeAsync(spared);

        await TrustAsync(_otherRoot);

        (await CatchEndAsync(doomed)).StatusCode.Should().Be(StatusCode.Unavailable);
        (await ExchangeAsync(spared, "still here")).Text.Should().Be("still here");
        Connections.Opened.Should().Be(2);
    }

    [Test]
    public async Task By_default_they_go_on()
    {
        await StartAsync();
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);

        await TrustAsync(_otherRoot);
        var stranger = CreateClient();
        (await FluentActions.Awaiting(() => CallAsync(stranger)).Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);

        (await ExchangeAsync(running, "still here")).Text.Should().Be("still here");
        Meter.Of(Closed).Should().BeEmpty();
    }

    [Test]
    public async Task With_close_a_connection_whose_authority_is_removed_during_its_handshake_is_cut_before_it_is_served()
    {
        Options.OnTrustRemoved = TrustRemovedAction.Close;
        await StartAsync();

        await using var client = await RawClient.ConnectAsync(
            Server.Port, ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http11, () => TrustAsync(_otherRoot));

        await FluentActions.Awaiting(async () =>
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            (await client.ReadToEndAsync()).Should().BeEmpty();
            throw new IOException("It was closed.");
        }).Should().ThrowAsync<IOException>();
        await Connections.Closed(1);
        Meter.Of(Closed).Should().Equal((1, "endpoint_mtls.reason=TrustRemoved"));
    }
}
