using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Calls without a pause, and remembers what failed.</summary>
internal sealed class GroupLoad : IAsyncDisposable
{
    public const int Callers = 4;

    private readonly Lock _lock = new();
    private readonly List<Status> _failures = [];
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _answered = new(0);
    private readonly Task[] _callers;

    public GroupLoad(Echo.EchoClient client) => _callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(client)))];

    /// <summary>Waits until so many more calls have been answered.</summary>
    public async Task Calls(int count)
    {
        while (_answered.CurrentCount > 0)
            await _answered.WaitAsync().WithTimeout();
        for (var call = 0; call < count; call++)
            await _answered.WaitAsync().WithTimeout();
    }

    /// <returns>What failed.</returns>
    public async Task<IReadOnlyList<Status>> StopAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_callers).WithTimeout();
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _end.Dispose();
        _answered.Dispose();
    }

    private async Task CallAsync(Echo.EchoClient client)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
            }
            catch (RpcException exception)
            {
                lock (_lock)
                    _failures.Add(exception.Status);
            }

            _answered.Release();
        }
    }
}
