using System.Net;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Dialling;

/// <summary>How long opening a connection may take.</summary>
public sealed class ConnectTimeoutTests : DiallingFixture
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Test]
    public async Task A_call_to_an_IP_address_that_does_not_answer_fails_with_the_reason()
    {
        using var hole = await BlackHole.OpenAsync(First, 0);
        await using var services = TestServices.With(new RealmOptions { Endpoints = { $"{First}:{hole.Port}" }, ConnectTimeout = Short });

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(services.Factory.GetChannel($"{First}:{hole.Port}")).WaitAsync(TimeSpan.FromSeconds(10)));

        failure!.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.Unreachable);
    }

    [Test]
    public async Task A_host_whose_addresses_do_not_answer_fails_calls_with_the_reason_and_is_tried_again()
    {
        var hole = await BlackHole.OpenAsync(First, 0);
        Resolve(First);
        var channel = Connect(hole.Port, realm => realm.ConnectTimeout = Short);

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel).WaitAsync(TimeSpan.FromSeconds(10)));

        failure!.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.Unreachable);
        channel.State.Should().Be(ConnectivityState.TransientFailure);
        hole.Dispose();
        await using var server = await ServeAsync(First, hole.Port);
        while (channel.State is var state && state != ConnectivityState.Ready)
        {
            await channel.WaitForStateChangedAsync(state).WithTimeout();
        }

        await CallAsync(channel);
    }

    [Test]
    public async Task A_TLS_handshake_that_hangs_fails_after_the_timeout()
    {
        using var peer = new RawPeer(stream => stream.CopyToAsync(Stream.Null));
        var time = new TestTimeProvider(TimeProvider.System.GetUtcNow());
        Resolve(IPAddress.Loopback);
        var channel = Connect(int.Parse(peer.Address.Split(':')[1], null), realm => realm.ConnectTimeout = TimeSpan.FromSeconds(7), time: time);
        await channel.ConnectAsync().WithTimeout();

        var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest());
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(7));

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithTimeout());
        EndpointConnectionException.Find(failure!)!.Reason.Should().Be(ConnectionFailureReason.Unreachable);
    }
}
