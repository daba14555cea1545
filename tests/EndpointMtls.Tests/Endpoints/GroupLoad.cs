using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Calls a group continuously, and records failures.</summary>
internal sealed class GroupLoad : IAsyncDisposable
{
    public const int Callers = 4;

    private readonly Lock _lock = new();
    private readonly List<Status> _failures = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _ended = new(0);
    private readonly Task[] _callers;

    public GroupLoad(Echo.EchoClient client) => _callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(client)))];

    /// <summary>Waits until a number of further calls has ended.</summary>
    public async Task WaitForCallsAsync(int count)
    {
        while (_ended.CurrentCount > 0)
            await _ended.WaitAsync().WithTimeout();
        for (var call = 0; call < count; call++)
            await _ended.WaitAsync().WithTimeout();
    }

    /// <returns>The failures.</returns>
    public async Task<IReadOnlyList<Status>> StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_callers).WithTimeout();
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
        _ended.Dispose();
    }

    private async Task CallAsync(Echo.EchoClient client)
    {
        while (!_stopping.IsCancellationRequested)
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

            _ended.Release();
        }
    }
}
