using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.GrpcContracts;

/// <summary>Calls that the client ends: by its token, by disposal, by a deadline.</summary>
internal sealed class CallEndTests
{
    // The server would wait an hour: whatever ends the call, it is not the reply.
    private static readonly EchoRequest Endless = new() { Count = 2, DelayMs = 3_600_000 };

    private PlainEchoServer _server = null!;

    private Echo.EchoClient Client => _server.Client;

    private static DateTime Soon => DateTime.UtcNow.AddMilliseconds(200);

    [OneTimeSetUp]
    public async Task Start() => _server = await PlainEchoServer.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task Cancelling_ends_a_unary_call()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = Client.UnaryAsync(Endless, cancellationToken: cancellation.Token);

        await cancellation.CancelAsync();

        Ends(call.ResponseAsync, StatusCode.Cancelled);
        call.GetStatus().StatusCode.Should().Be(StatusCode.Cancelled);
    }

    [Test]
    public async Task Cancelling_ends_a_server_stream()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = Client.ServerStream(Endless, cancellationToken: cancellation.Token);
        await ReadOneAsync(call.ResponseStream);

        await cancellation.CancelAsync();

        Ends(call.ResponseStream.MoveNext(), StatusCode.Cancelled);
    }

    [Test]
    public async Task Cancelling_ends_a_duplex_stream()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = Client.Duplex(cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        await ReadOneAsync(call.ResponseStream);

        await cancellation.CancelAsync();

        Ends(call.ResponseStream.MoveNext(), StatusCode.Cancelled);
    }

    [Test]
    public async Task Cancelling_a_read_ends_the_call()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = Client.ServerStream(Endless);
        await ReadOneAsync(call.ResponseStream);

        var read = call.ResponseStream.MoveNext(cancellation.Token);
        await cancellation.CancelAsync();

        Ends(read, StatusCode.Cancelled);
    }

    [Test]
    public void Disposing_ends_a_unary_call()
    {
        var call = Client.UnaryAsync(Endless);

        call.Dispose();

        Ends(call.ResponseAsync, StatusCode.Cancelled);
    }

    [Test]
    public async Task Disposing_ends_a_server_stream()
    {
        var call = Client.ServerStream(Endless);
        await ReadOneAsync(call.ResponseStream);

        var read = call.ResponseStream.MoveNext();
        call.Dispose();

        Ends(read, StatusCode.Cancelled);
    }

    [Test]
    public async Task Disposing_ends_a_client_stream()
    {
        var call = Client.ClientStream();
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();

        call.Dispose();

        Ends(call.ResponseAsync, StatusCode.Cancelled);
    }

    [Test]
    public async Task Disposing_ends_a_duplex_stream()
    {
        var call = Client.Duplex();
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        await ReadOneAsync(call.ResponseStream);

        var read = call.ResponseStream.MoveNext();
        call.Dispose();

        Ends(read, StatusCode.Cancelled);
    }

    [Test]
    public void A_deadline_ends_a_unary_call()
    {
        using var call = Client.UnaryAsync(Endless, deadline: Soon);

        Ends(call.ResponseAsync, StatusCode.DeadlineExceeded);
    }

    [Test]
    public void A_deadline_ends_a_server_stream()
    {
        using var call = Client.ServerStream(Endless, deadline: Soon);

        Ends(call.ResponseStream.ReadAllAsync().ToListAsync().AsTask(), StatusCode.DeadlineExceeded);
    }

    [Test]
    public void A_deadline_ends_a_duplex_stream()
    {
        using var call = Client.Duplex(deadline: Soon);

        Ends(call.ResponseStream.MoveNext(), StatusCode.DeadlineExceeded);
    }

    private static async Task ReadOneAsync(IAsyncStreamReader<EchoReply> stream) =>
        (await stream.MoveNext().WithTimeout()).Should().BeTrue();

    private static void Ends(Task task, StatusCode code) =>
        Assert.ThrowsAsync<RpcException>(() => task.WithTimeout())!.StatusCode.Should().Be(code);
}
