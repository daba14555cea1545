using System.Collections.Concurrent;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Soak;

/// <summary>Makes unary calls and streams until it is stopped, and records all failures.</summary>
internal sealed class CallLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly ConcurrentDictionary<string, int> _peers = new();
    private readonly Echo.EchoClient[] _clients;
    private readonly int _streamLength;
    private readonly List<Task> _running;
    private int _calls;
    private int _streams;

    /// <param name="clients">The clients, called in turn.</param>
    /// <param name="callers">The number of concurrent unary calls.</param>
    /// <param name="streams">The number of concurrent server streams.</param>
    /// <param name="streamLength">The number of messages of a stream, ten milliseconds apart.</param>
    public CallLoad(IEnumerable<Echo.EchoClient> clients, int callers, int streams, int streamLength)
    {
        (_clients, _streamLength) = ([.. clients], streamLength);
        _running = [.. Enumerable.Range(0, callers).Select(index => Task.Run(() => CallAsync(index))), .. Enumerable.Range(0, streams).Select(index => Task.Run(() => StreamAsync(index)))];
    }

    public int Calls => Volatile.Read(ref _calls);

    public int Streams => Volatile.Read(ref _streams);

    public IReadOnlyCollection<Exception> Failures => _failures;

    /// <summary>The subjects of the client certificates that the servers saw.</summary>
    public ICollection<string> Peers => _peers.Keys;

    /// <summary>Waits until this many more calls have finished, or one has failed.</summary>
    public async Task MoreCalls(int count)
    {
        for (var until = Calls + count; Calls < until && _failures.IsEmpty;)
        {
            await Task.Delay(1).WithTimeout();
        }
    }

    /// <summary>Stops, and waits until running calls have finished.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WithTimeout();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task CallAsync(int caller)
    {
        var request = new EchoRequest { Text = $"caller {caller}" };
        for (var turn = caller; !_stop.IsCancellationRequested; turn++)
        {
            try
            {
                var reply = await _clients[turn % _clients.Length].UnaryAsync(request).ResponseAsync.WithTimeout();
                _peers.TryAdd(reply.Peer, 0);
                Interlocked.Increment(ref _calls);
            }
            catch (Exception exception)
            {
                _failures.Enqueue(exception);
            }
        }
    }

    private async Task StreamAsync(int stream)
    {
        for (var turn = stream; !_stop.IsCancellationRequested; turn++)
        {
            try
            {
                using var call = _clients[turn % _clients.Length].ServerStream(new EchoRequest { Count = _streamLength, DelayMs = 10 });
                var received = 0;
                while (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())
                {
                    received++;
                }

                received.Should().Be(_streamLength);
                Interlocked.Increment(ref _streams);
            }
            catch (Exception exception)
            {
                _failures.Enqueue(exception);
            }
        }
    }
}
