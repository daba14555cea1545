using System.Net;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Channels;

/// <summary>One channel over many handler generations.</summary>
public sealed class RealmHandlerTests
{
    [Test]
    public async Task The_channel_installs_its_callback_on_the_template()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var handler = CreateHandler(server);
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}", new GrpcChannelOptions { HttpHandler = handler });

        // All of connectivity state and load balancing hangs on this detail of Grpc.Net.Client.
        ((SocketsHttpHandler)handler.InnerHandler!).ConnectCallback.Should().NotBeNull();
    }

    [Test]
    public async Task Connects_even_if_nobody_installs_a_callback()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var handler = CreateHandler(server);
        ((SocketsHttpHandler)handler.InnerHandler!).ConnectCallback.Should().BeNull();
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{server.Address}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await invoker.SendAsync(request, CancellationToken.None).WithTimeout();

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task After_a_renewal_new_calls_use_a_new_connection_and_running_ones_finish_on_the_old()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var handler = CreateHandler(server);
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}", new GrpcChannelOptions { HttpHandler = handler });
        var client = new Echo.EchoClient(channel);
        using var running = client.Duplex();
        await ExchangeAsync(running);
        var before = server.Connections;

        handler.Rotate();
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        server.Connections.Should().Be(before + 1);
        await ExchangeAsync(running);
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        channel.State.Should().Be(ConnectivityState.Ready);
        await server.Closed(before);
    }

    [Test]
    public async Task One_that_is_closed_has_ended_with_its_last_call_and_not_before()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        var context = TestConnector.CreateContext(server.Port);
        var connector = new EndpointConnector(context);
        using var handler = new RealmHandler(context, connector);
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}", new GrpcChannelOptions { HttpHandler = handler });
        using var running = new Echo.EchoClient(channel).Duplex();
        handler.HasDrained.Should().BeFalse("nobody has closed it");
        await ExchangeAsync(running);

        handler.Close(connector.ExplainRemoval("it is gone"));
        handler.HasDrained.Should().BeFalse("a call is running");

        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await server.AllClosed();
        SpinWait.SpinUntil(() => handler.HasDrained, TimeSpan.FromSeconds(30)).Should().BeTrue();
    }

    [Test]
    public async Task Renewals_under_load_fail_no_call()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var handler = CreateHandler(server);
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}", new GrpcChannelOptions { HttpHandler = handler });
        var client = new Echo.EchoClient(channel);
        using var enough = new CancellationTokenSource();
        var calls = 0;

        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
                Interlocked.Increment(ref calls);
            }
        })).ToArray();
        for (var renewal = 1; renewal <= 50; renewal++)
        {
            var until = Volatile.Read(ref calls) + 20;
            while (Volatile.Read(ref calls) < until && !callers.Any(caller => caller.IsCompleted))
            {
                await Task.Yield();
            }

            handler.Rotate();
        }

        await enough.CancelAsync();
        await Task.WhenAll(callers).WithTimeout();
        calls.Should().BeGreaterThanOrEqualTo(1000);
        server.Connections.Should().BeGreaterThanOrEqualTo(50);
    }

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "still here" }).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        call.ResponseStream.Current.Text.Should().Be("still here");
    }

    private static RealmHandler CreateHandler(EchoServer server) => TestConnector.CreateHandler(server.Port);
}
