using System.Net;
using System.Net.Sockets;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>When a generation disposes its handler, and which reason its failed calls give.</summary>
public sealed class HandlerGenerationTests
{
    private static readonly EndpointConnectionException Reason = new(ConnectionFailureReason.Drained, "eu", "a:1", DateTimeOffset.UnixEpoch, "aborted by the test");

    private TaskCompletionSource<Stream> _dialing = null!;
    private SocketsHttpHandler _sockets = null!;
    private HandlerGeneration _generation = null!;

    [SetUp]
    public void Create()
    {
        _dialing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets = new SocketsHttpHandler { ConnectCallback = (_, _) => new ValueTask<Stream>(_dialing.Task) };
        _generation = new HandlerGeneration(_sockets, TestConnector.Create(port: 1).Report, _ => { });
    }

    [TearDown]
    public void Dispose()
    {
        _generation.Dispose();
        _sockets.Dispose();
    }

    [Test]
    public async Task Without_pending_calls_it_is_disposed_at_once_and_rejects_calls()
    {
        _generation.State.Should().Be(GenerationState.Current);

        _generation.StopTakingCalls();
        _generation.StopTakingCalls();

        _generation.State.Should().Be(GenerationState.Closed);
        _generation.TrySend(Request(), CancellationToken.None).Should().BeNull();
        (await IsDisposedAsync()).Should().BeTrue();
    }

    [Test]
    public async Task With_a_pending_call_it_is_disposed_after_the_call()
    {
        var waiting = _generation.TrySend(Request(), CancellationToken.None)!;
        _generation.StopTakingCalls();
        _generation.StopTakingCalls();
        _generation.TrySend(Request(), CancellationToken.None).Should().BeNull();
        waiting.IsCompleted.Should().BeFalse();

        _dialing.SetException(new IOException("failed by the test"));

        await Assert.CatchAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        (await IsDisposedAsync()).Should().BeTrue();
    }

    [Test]
    public async Task It_is_not_disposed_while_it_accepts_calls()
    {
        var waiting = _generation.TrySend(Request(), CancellationToken.None)!;
        _dialing.SetException(new IOException("failed by the test"));
        await Assert.CatchAsync<HttpRequestException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));

        (await IsDisposedAsync()).Should().BeFalse();
    }

    [Test]
    public async Task Aborts_every_connection_and_those_that_are_added_later()
    {
        await using TransportStream first = new(new MemoryStream(), TimeProvider.System), second = new(new MemoryStream(), TimeProvider.System), late = new(new MemoryStream(), TimeProvider.System);
        _generation.Add(first);
        _generation.Add(second);

        _generation.Abort(Reason).Should().Be(2);
        _generation.Add(late);

        _generation.GetConnections().Should().BeEmpty();
        foreach (var connection in new[] { first, second, late })
        {
            (await FluentActions.Awaiting(() => connection.ReadAsync(new byte[1]).AsTask()).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
        }
    }

    [Test]
    public async Task A_connection_that_fails_before_its_first_request_gives_the_call_its_reason()
    {
        var (generation, stream) = Connect(TestConnector.Create(port: 1));
        stream.OnWrite = _ => stream.Dispose();

        var failure = await FailAsync(generation);

        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.HandshakeAborted, "{0}", failure);
    }

    [Test]
    public async Task A_refused_connection_does_not_report_the_reason_of_an_earlier_failure()
    {
        var connector = TestConnector.Create(port: 1);
        var (generation, stream) = Connect(connector);
        stream.OnWrite = _ => stream.Dispose();
        await FailAsync(generation);
        using var refused = new SocketsHttpHandler { ConnectCallback = (_, _) => throw new SocketException((int)SocketError.ConnectionRefused) };

        var failure = await FailAsync(new HandlerGeneration(refused, connector.Report, _ => { }));

        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.Refused, "{0}", failure);
    }

    [Test]
    public async Task A_connection_that_is_aborted_before_its_first_request_gives_the_call_the_abort_reason()
    {
        var (generation, stream) = Connect(TestConnector.Create(port: 1));
        stream.OnWrite = connection => generation.Abort(connection, Reason);

        var failure = await FailAsync(generation);

        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.Drained, "{0}", failure);
    }

    [Test]
    public async Task A_disposed_handler_stays_disposed_after_a_rotation()
    {
        using var handler = TestConnector.CreateHandler(port: 1);
        handler.Dispose();
        handler.Generations.Rotate();
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);

        await Assert.CatchAsync<ObjectDisposedException>(() => invoker.SendAsync(Request(), CancellationToken.None));
    }

    [Test]
    public void The_handler_uses_no_proxy_cookies_or_redirects()
    {
        using var handler = TestConnector.CreateHandler(port: 1);

        handler.InnerHandler.Should().BeEquivalentTo(new
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(20),
        });
    }

    private static HttpRequestMessage Request() => new(HttpMethod.Get, "http://127.0.0.1:1/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private async Task<bool> IsDisposedAsync()
    {
        using var invoker = new HttpMessageInvoker(_sockets, disposeHandler: false);
        try
        {
            using var response = await invoker.SendAsync(Request(), CancellationToken.None);
        }
        catch (Exception exception)
        {
            return exception is ObjectDisposedException;
        }

        return false;
    }

    private static async Task<HttpRequestException> FailAsync(HandlerGeneration generation)
    {
        using (generation)
        {
            return (await FluentActions.Awaiting(() => generation.TrySend(Request(), CancellationToken.None)!.WithTimeout()).Should().ThrowAsync<HttpRequestException>()).Which;
        }
    }

    private static (HandlerGeneration Generation, SilentStream Stream) Connect(EndpointConnector connector)
    {
        var peer = new SilentStream();
        var sockets = new SocketsHttpHandler();
        var generation = new HandlerGeneration(sockets, connector.Report, _ => { });
        sockets.ConnectCallback = async (context, cancellationToken) =>
        {
            var (stream, connection) = await connector.ConnectAsync(context.DnsEndPoint, _ => new(peer), cancellationToken);
            generation.Add(connection);
            peer.Connection = connection;
            return stream;
        };
        return (generation, peer);
    }

    /// <summary>A stream without data that ends when it is disposed. <see cref="OnWrite"/> runs before the connection is ready.</summary>
    private sealed class SilentStream : MemoryStream
    {
        private readonly TaskCompletionSource<int> _end = new();

        public TransportStream Connection { get; set; } = null!;

        public Action<TransportStream> OnWrite { get; set; } = null!;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(_end.Task);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            OnWrite(Connection);
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            _end.TrySetResult(0);
            base.Dispose(disposing);
        }
    }
}
