using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>A connection that is cut tells its reason to all who use it, and every end is noticed once.</summary>
public sealed class TransportStreamTests
{
    private static readonly EndpointConnectionException Reason = new(ConnectionFailureReason.Drained, "eu", "a:1", DateTimeOffset.UnixEpoch, "cut by the test");

    private readonly byte[] _byte = new byte[1];
    private FakeStream _inner = null!;
    private TransportStream _stream = null!;
    private int _closed;

    [SetUp]
    public void Create()
    {
        _inner = new FakeStream();
        _stream = new TransportStream(_inner);
        _closed = 0;
    }

    [TearDown]
    public async Task Dispose()
    {
        await _stream.DisposeAsync();
        await _inner.DisposeAsync();
    }

    [Test]
    public async Task A_read_that_waits_gets_the_reason()
    {
        var reading = ReadAsync();

        _stream.Abort(Reason);

        (await FluentActions.Awaiting(() => reading).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
    }

    [Test]
    public async Task A_read_that_takes_the_cut_for_an_end_gets_the_reason()
    {
        _inner.EndsQuietly = true;
        var reading = ReadAsync();

        _stream.Abort(Reason);

        (await FluentActions.Awaiting(() => reading).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
    }

    [Test]
    public async Task What_comes_after_the_cut_gets_the_reason()
    {
        _stream.Abort(Reason);

        (await FluentActions.Awaiting(ReadAsync).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
        (await FluentActions.Awaiting(WriteAsync).Should().ThrowAsync<EndpointConnectionException>()).Which.Should().BeSameAs(Reason);
    }

    [Test]
    public async Task An_end_that_is_no_cut_stays_what_it_is()
    {
        _inner.EndsQuietly = true;
        var reading = ReadAsync();
        _inner.Dispose();

        (await reading).Should().Be(0);
        _stream.FirstByte.Should().Be(-1);

        _inner.EndsQuietly = false;
        await FluentActions.Awaiting(ReadAsync).Should().ThrowAsync<ObjectDisposedException>();
        await FluentActions.Awaiting(WriteAsync).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Test]
    public async Task A_read_of_nothing_is_not_the_first()
    {
        _inner.EndsQuietly = true;
        _inner.Dispose();

        (await _stream.ReadAsync(Memory<byte>.Empty).AsTask().WithTimeout()).Should().Be(0);

        _stream.FirstByte.Should().BeNull();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_close_is_noticed_once(bool isAsync)
    {
        _stream.WhenClosed(_ => _closed++);
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
    public void A_close_is_noticed_by_one_who_asks_later()
    {
        _stream.Abort(Reason);

        _stream.WhenClosed(_ => _closed++);

        _closed.Should().Be(1);
    }

    private Task<int> ReadAsync() => _stream.ReadAsync(_byte).AsTask().WithTimeout();

    private Task WriteAsync() => _stream.WriteAsync(_byte).AsTask().WithTimeout();

    /// <summary>Nothing comes before it is closed; then reads fail, as they do on sockets, or end.</summary>
    private sealed class FakeStream : MemoryStream
    {
        private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool EndsQuietly { get; set; }

        public bool IsClosed => _closing.Task.IsCompleted;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _closing.Task;
            return EndsQuietly ? 0 : throw new ObjectDisposedException(nameof(FakeStream));
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
