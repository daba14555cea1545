using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Channels that cannot go on when the configuration has changed.</summary>
public sealed class ClosedChannelTests : ConfigurationFixture
{
    [Test]
    public async Task An_address_that_nobody_claims_any_more_finishes_what_is_running_and_refuses_the_rest()
    {
        var channel = Channel;
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        Source.Set(Plain("other", "other:1"));

        await ExchangeAsync(running);
        var refused = (await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!;
        refused.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(refused).Should().Match<EndpointConnectionException>(e => e.Reason == ConnectionFailureReason.RealmRemoved && e.Realm == "eu" && e.Address == Server.Address);
        refused.Status.Detail.Should().Contain(
            $"Endpoint '{Server.Address}' of realm 'eu': no realm claims the address since the configuration changed. Add it to a realm's 'endpoints' or 'match'.");
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.GetChannel(Server.Address));
        Logged(304).Should().StartWith($"A channel takes no more calls, and those that run may finish. Endpoint '{Server.Address}' of realm 'eu': no realm claims");
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await Server.AllClosed();
    }

    [Test]
    public async Task A_call_that_waits_while_its_realm_is_removed_gets_its_response()
    {
        var gate = Server.HoldNextCall();
        using var waiting = new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest());
        await gate.Reached.WithTimeout();

        Source.Set(Plain("other", "other:1"));
        gate.Release();

        (await waiting.ResponseAsync.WithTimeout()).Peer.Should().Be("CN=eu");
        await Server.AllClosed();
    }

    [Test]
    public async Task What_is_still_running_when_the_drain_timeout_has_passed_is_cut_and_told_why()
    {
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        Source.Set(Plain("other", "other:1"));

        Time.Advance(TimeSpan.FromMinutes(5));

        var end = (await Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.RealmRemoved);
    }

    [Test]
    public async Task An_address_that_is_claimed_again_gets_a_new_channel()
    {
        var channel = Channel;
        await CallAsync(channel);
        Source.Set(Plain("other", "other:1"));

        Source.Set(Realm("eu"));

        Channel.Should().NotBeSameAs(channel);
        (await CallAsync(Channel)).Should().Be("CN=eu");
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel));
    }

    [Test]
    public async Task A_realm_that_becomes_plaintext_closes_its_channels_and_makes_plaintext_ones()
    {
        var channel = Channel;
        await CallAsync(channel);

        Source.Set(Plain("eu", Server.Address));

        EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!)!.Message.Should().EndWith(
            "the configuration changed, and the address is now plaintext in realm 'eu'. Get the channel anew.");
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel)))!).Should().BeOneOf(ConnectionFailureReason.TlsPeer, ConnectionFailureReason.HandshakeAborted);
        Description.IsPlaintext.Should().BeTrue();
    }

    [Test]
    public async Task A_realm_that_is_secured_sends_nothing_more_in_plaintext()
    {
        await using var plain = await EchoServer.StartPlaintextAsync();
        Source.Set(Plain("eu", plain.Address));
        var channel = Services.Factory.GetChannel(plain.Address);
        await CallAsync(channel);

        Source.Set(Realm("eu", plain.Address));

        EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!)!.Message.Should().EndWith(
            "the configuration changed, and the address is now secured by TLS in realm 'eu'. Get the channel anew.");
        plain.Calls.Should().Be(1);
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(Services.Factory.GetChannel(plain.Address))))!).Should().Be(ConnectionFailureReason.PlaintextPeer);
    }

    [Test]
    public async Task Disposal_ends_also_what_was_closed_and_still_runs()
    {
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        Source.Set(Plain("other", "other:1"));

        await Services.DisposeAsync();

        await Assert.CatchAsync(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        await Server.AllClosed();
    }
}
