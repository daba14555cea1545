using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EndpointMtls.Tests.Support;

/// <summary>Counts the connections of a server from outside of their TLS.</summary>
internal sealed class ConnectionCount
{
    private TaskCompletionSource _change = Next();
    private int _opened;
    private int _closed;

    public int Opened => Volatile.Read(ref _opened);

    public ListenOptions Count(ListenOptions listen)
    {
        listen.Use(next => async connection =>
        {
            Interlocked.Increment(ref _opened);
            try
            {
                await next(connection);
            }
            finally
            {
                Interlocked.Increment(ref _closed);
                Interlocked.Exchange(ref _change, Next()).SetResult();
            }
        });
        return listen;
    }

    /// <summary>Waits until so many connections have closed.</summary>
    public async Task Closed(int count)
    {
        while (true)
        {
            var change = Volatile.Read(ref _change).Task;
            if (Volatile.Read(ref _closed) >= count)
            {
                return;
            }

            await change.WithTimeout();
        }
    }

    private static TaskCompletionSource Next() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
