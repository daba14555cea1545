using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>An aborted connection gives its reason to every operation, and reports its close once.</summary>
public sealed class TransportStreamTests
{
    private static readonly EndpointConnectionException Reason = new(ConnectionFailureReason.Drained, "eu", "a:1", DateTimeOffset.UnixEpoch, "aborted by the test");

    private readonly byte[] _byte = new byte[1];
    private FakeStream _inner = null!;
    private TransportStream _stream = null!;
    private int _closed;

    [SetUp]
    public void Create()
    {
        _inner = new FakeStream();
        _stream = new TransportStream(_inner, TimeProvider.System);
        _closed = 0;
    }

    [TearDown]
    public async Task Dispose()
    {
        await _stream.DisposeAsync();
        await _inner.DisposeAsync();
    }

    [Test]
    public async Task A_pending_read_throws_the_abort_reason()
    {
        var reading = ReadAsync();

        _stream.Abort(Reason);

        (await FluentActions.Awaiting(() => reading).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
    }

    [Test]
    public async Task A_pending_read_that_returns_zero_throws_the_abort_reason()
    {
        _inner.ReturnsZero = true;
        var reading = ReadAsync();

        _stream.Abort(Reason);

        (await FluentActions.Awaiting(() => reading).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
    }

    [Test]
    public async Task Operations_after_an_abort_throw_its_reason()
    {
        _stream.Abort(Reason);

        (await FluentActions.Awaiting(ReadAsync).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
        (await FluentActions.Awaiting(WriteAsync).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
    }

    [Test]
    public async Task Without_an_abort_the_end_of_the_stream_and_its_exceptions_are_unchanged()
    {
        _inner.ReturnsZero = true;
        var reading = ReadAsync();
        _inner.Dispose();

        (await reading).Should().Be(0);
        _stream.FirstByte.Should().Be(TransportStream.EndOfStream);

        _inner.ReturnsZero = false;
        await FluentActions.Awaiting(ReadAsync).Should().ThrowAsync<ObjectDisposedException>();
        await FluentActions.Awaiting(WriteAsync).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Test]
    public async Task A_zero_byte_read_does_not_set_the_first_byte()
    {
        _inner.ReturnsZero = true;
        _inner.Dispose();

        (await _stream.ReadAsync(Memory<byte>.Empty).AsTask().WithTimeout()).Should().Be(0);

        _stream.FirstByte.Should().BeNull();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_close_invokes_the_callback_once(bool isAsync)
    {
        _stream.OnClosed(_ => _closed++);
        _closed.Should().Be(0);

        if (isAsync)
        {
            await _stream.DisposeAsync();
        }
        else
        {
            _stream.Abort(Reason);
        }

        _closed.Should().Be(1);
        _stream.Dispose();
        _closed.Should().Be(1);
        _inner.IsClosed.Should().BeTrue();
    }

    [Test]
    public void A_callback_that_is_set_after_the_close_is_invoked_at_once()
    {
        _stream.Abort(Reason);

        _stream.OnClosed(_ => _closed++);

        _closed.Should().Be(1);
    }

    private Task<int> ReadAsync() => _stream.ReadAsync(_byte).AsTask().WithTimeout();

    private Task WriteAsync() => _stream.WriteAsync(_byte).AsTask().WithTimeout();

    /// <summary>A stream without data. When it is closed, reads throw, as on sockets, or return zero.</summary>
    private sealed class FakeStream : MemoryStream
    {
        private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool ReturnsZero { get; set; }

        public bool IsClosed => _closing.Task.IsCompleted;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _closing.Task;
            return ReturnsZero ? 0 : throw new ObjectDisposedException(nameof(FakeStream));
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            IsClosed ? throw new ObjectDisposedException(nameof(FakeStream)) : ValueTask.CompletedTask;

        protected override void Dispose(bool disposing)
        {
            _closing.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
