using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server closes a connection because it received too many HTTP/2 pings, as grpc-go does.</summary>
public sealed class RejectedPingTests
{
    // GOAWAY with the last stream, the error code and the debug data.
    private static readonly byte[] TooManyPings =
        [0, 0, 22, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11, .. "too_many_pings"u8];

    private static readonly byte[] OtherReason =
        [0, 0, 20, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11, .. "slow down you"u8[..12]];

    [Test]
    public async Task New_connections_send_pings_half_as_often()
    {
        using var peer = CreatePeer(TooManyPings);
        await using var services = TestServices.With(new RealmOptions { Endpoints = { peer.Address }, KeepaliveTime = TimeSpan.FromMinutes(1) });

        await FailAsync(services, peer);
        await services.Logs.Wait(307, 1).WithTimeout();
        await FailAsync(services, peer);
        await services.Logs.Wait(307, 2).WithTimeout();

        services.Logs.Entries.Where(entry => entry.EventId == 307).Select(entry => entry.Message).Should().SatisfyRespectively(
            first => first.Should().Contain($"'{peer.Address}'").And.Contain("every 1m").And.Contain("every 2m"),
            second => second.Should().Contain("every 2m").And.Contain("every 4m"));
    }

    [Test]
    public async Task Another_reason_changes_nothing()
    {
        using var peer = CreatePeer(OtherReason);
        await using var services = TestServices.With(new RealmOptions { Endpoints = { peer.Address } });

        await FailAsync(services, peer);
        await FailAsync(services, peer);

        services.Logs.Count(307).Should().Be(0);
    }

    private static RawPeer CreatePeer(byte[] end) => new(async stream =>
    {
        await stream.WriteAsync(RawPeer.Settings);
        await RawPeer.ReadRequestAsync(stream);
        await stream.WriteAsync(end);
    });

    private static async Task FailAsync(TestServices services, RawPeer peer)
    {
        var client = new Echo.EchoClient(services.Factory.GetChannel(peer.Address));
        await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());
    }
}
