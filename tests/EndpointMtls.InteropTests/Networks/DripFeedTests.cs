using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.Networks;

/// <summary>A server that responds to nothing, and sends a byte now and then, so that its connection is never silent.</summary>
public sealed class DripFeedTests
{
    private static readonly byte[] WindowUpdate = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    // A frame of an unknown type. Clients ignore it when they have received all of it.
    private static readonly byte[] EndlessFrame = [0, 64, 0, 255, 0, 0, 0, 0, 0, .. new byte[16 * 1024]];

    [Test]
    public async Task Whole_frames_keep_a_connection_open_so_only_its_deadline_ends_a_call()
    {
        using var peer = new RawPeer(stream => DripAsync(stream, WindowUpdate));
        await using var services = Connect(peer.Address);
        var endless = CallAsync(services, peer, deadline: null);

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(services, peer, TimeSpan.FromSeconds(5)).WithTimeout());

        failure!.StatusCode.Should().Be(StatusCode.DeadlineExceeded);
        endless.IsCompleted.Should().BeFalse();
        services.GetRequiredService<IEndpointChannelFactory>().Describe(peer.Address).LastFailure.Should().BeNull();
    }

    [Test]
    public async Task Bytes_that_complete_no_frame_do_not_answer_a_ping_so_the_connection_is_closed()
    {
        using var peer = new RawPeer(stream => DripAsync(stream, EndlessFrame));
        await using var services = Connect(peer.Address);

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(services, peer, deadline: null).WithTimeout());

        failure!.Status.Detail.Should().Contain("didn't respond to a ping request");
    }

    private static ServiceProvider Connect(string address) => new ServiceCollection()
        .AddEndpointMtls(options => options.Realms.Add(new RealmOptions
        {
            Name = "realm",
            Endpoints = { address },
            KeepaliveTime = TimeSpan.FromSeconds(1),
            KeepaliveTimeout = TimeSpan.FromSeconds(1),
        })).BuildServiceProvider();

    private static async Task CallAsync(ServiceProvider services, RawPeer peer, TimeSpan? deadline)
    {
        var invoker = services.GetRequiredService<IEndpointChannelFactory>().GetChannel(peer.Address).CreateCallInvoker();
        await invoker.AsyncUnaryCall(Backend.Call, null, new CallOptions(deadline: DateTime.UtcNow + deadline), []);
    }

    private static async Task DripAsync(Stream stream, byte[] frame)
    {
        var ended = stream.CopyToAsync(Stream.Null);
        await stream.WriteAsync(RawPeer.Settings);
        for (var index = 0; !ended.IsCompleted; index = (index + 1) % frame.Length)
        {
            await stream.WriteAsync(frame.AsMemory(index, 1));
            await Task.Delay(20);
        }
    }
}
