using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Channels;

/// <summary>How a channel logs and describes its connection attempts.</summary>
public sealed class EndpointConnectorTests
{
    [Test]
    public async Task Logs_each_new_failure_reason_and_each_recovery_once_and_describes_the_last_connection()
    {
        byte[] answer = [];
        using var peer = new RawPeer(async stream =>
        {
            await stream.WriteAsync(answer);
            if (answer is [0, ..])
            {
                await RawPeer.ReadRequestAsync(stream);
            }
            else
            {
                _ = await stream.ReadAsync(new byte[8192]);
            }
        });
        await using var services = TestServices.With(new RealmOptions { Endpoints = { peer.Address } });

        await CallAsync(RawPeer.Settings);
        await CallAsync(RawPeer.Settings);
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 301 || entry.EventId == 302);

        (await CallAsync(21))!.Reason.Should().Be(ConnectionFailureReason.TlsPeer);
        (await CallAsync(22))!.Reason.Should().Be(ConnectionFailureReason.TlsPeer);
        (await CallAsync((byte)'H'))!.Reason.Should().Be(ConnectionFailureReason.NotHttp2);
        (await CallAsync())!.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        services.Factory.Describe(peer.Address).LastConnection.Should().NotBeNull();

        (await CallAsync(RawPeer.Settings)).Should().BeNull();
        (await CallAsync(RawPeer.Settings)).Should().BeNull();
        services.Logs.Entries.Select(entry => entry.EventId).Where(id => id is 301 or 302).Should().Equal(301, 301, 301, 302);

        // The call fails in any case, because the peer closes the connection.
        async Task<EndpointConnectionException?> CallAsync(params byte[] bytes)
        {
            answer = bytes;
            var client = new Echo.EchoClient(services.Factory.GetChannel(peer.Address));
            await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());
            return services.Factory.Describe(peer.Address).LastFailure;
        }
    }
}
