using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Channels that a configuration change closes.</summary>
public sealed class ClosedChannelTests : ConfigurationFixture
{
    [Test]
    public async Task When_no_realm_matches_an_address_any_more_running_calls_finish_and_new_calls_are_rejected()
    {
        var channel = Channel;
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        Source.Set(Plain("other", "other:1"));

        await ExchangeAsync(running);
        var rejection = (await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!;
        rejection.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(rejection).Should().Match<EndpointConnectionException>(e => e.Reason == ConnectionFailureReason.RealmRemoved && e.Realm == "eu" && e.Address == Server.Address);
        var message = EndpointConnectionException.Find(rejection)!.Message;
        rejection.Status.Detail.Should().Contain(message);
        message.Should().BeApproved();
        Assert.Throws<NoMatchingRealmException>(() => Services.Factory.GetChannel(Server.Address));
        Logged(304).Should().Contain(message);
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await Server.AllClosed();
    }

    [Test]
    public async Task A_call_without_a_response_gets_it_after_its_realm_was_removed()
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
    public async Task A_call_that_outlives_the_drain_timeout_is_aborted_with_the_reason()
    {
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        Source.Set(Plain("other", "other:1"));

        Time.Advance(TimeSpan.FromMinutes(5));

        var end = (await Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()))!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.RealmRemoved);
    }

    [Test]
    public async Task An_address_that_a_realm_matches_again_gets_a_new_channel()
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
    public async Task When_a_realm_becomes_plaintext_its_channels_are_closed_and_new_ones_use_plaintext()
    {
        var channel = Channel;
        await CallAsync(channel);

        Source.Set(Plain("eu", Server.Address));

        EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!)!.Message.Should().BeApproved();
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel)))!).Should().BeOneOf(ConnectionFailureReason.TlsPeer, ConnectionFailureReason.HandshakeAborted);
        Description.IsPlaintext.Should().BeTrue();
    }

    [Test]
    public async Task When_a_realm_enables_TLS_no_call_is_sent_in_plaintext()
    {
        await using var plain = await EchoServer.StartPlaintextAsync();
        Source.Set(Plain("eu", plain.Address));
        var channel = Services.Factory.GetChannel(plain.Address);
        await CallAsync(channel);

        Source.Set(Realm("eu", plain.Address));

        EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!)!.Message.Should().BeApproved();
        plain.Calls.Should().Be(1);
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(Services.Factory.GetChannel(plain.Address))))!).Should().Be(ConnectionFailureReason.PlaintextPeer);
    }

    [Test]
    public async Task Disposal_ends_running_calls_of_closed_channels()
    {
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        Source.Set(Plain("other", "other:1"));

        await Services.DisposeAsync();

        await Assert.CatchAsync(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        await Server.AllClosed();
    }
}
