using System.Net;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Channels;

/// <summary>What a channel of the factory does not show: the handler without Grpc.Net.Client, and when a closed channel has drained.</summary>
public sealed class RealmHandlerTests
{
    [Test]
    public async Task Connects_without_a_callback_of_Grpc_Net_Client()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var handler = TestConnector.CreateHandler(server.Port);
        ((SocketsHttpHandler)handler.InnerHandler!).ConnectCallback.Should().BeNull();
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{server.Address}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await invoker.SendAsync(request, CancellationToken.None).WithTimeout();

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_closed_handler_has_drained_when_its_last_call_has_finished()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        var context = TestConnector.CreateContext(server.Port);
        var connector = new EndpointConnector(context);
        using var handler = new RealmHandler(context, connector);
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}", new GrpcChannelOptions { HttpHandler = handler });
        using var running = new Echo.EchoClient(channel).Duplex();
        handler.Generations.HasDrained.Should().BeFalse("it is not closed");
        await running.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();

        handler.Generations.Close(connector.Report.CreateRealmRemoved("it is gone"));
        handler.Generations.HasDrained.Should().BeFalse("a call is running");

        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await server.AllClosed();
        SpinWait.SpinUntil(() => handler.Generations.HasDrained, TimeSpan.FromSeconds(30)).Should().BeTrue();
    }
}
