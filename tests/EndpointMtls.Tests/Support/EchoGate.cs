using Grpc.Core;

namespace EndpointMtls.Tests.Support;

/// <summary>Counts the unary calls of one server. It can make one of them wait or fail.</summary>
internal sealed class EchoGate
{
    private Hold? _next;
    private int _calls;
    private bool _fails;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Makes the next call fail with Unavailable.</summary>
    public void FailNextCall() => _fails = true;

    /// <summary>Makes the next call wait until it is released.</summary>
    public Hold HoldNextCall() => _next = new Hold();

    /// <summary>Waits if this call is to be held, and throws if it is to fail.</summary>
    public Task PassAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (Interlocked.Exchange(ref _fails, false))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The test made this call fail."));
        }

        if (Interlocked.Exchange(ref _next, null) is not { } hold)
        {
            return Task.CompletedTask;
        }

        hold.Reach();
        return hold.Released.WaitAsync(cancellationToken);
    }

    internal sealed class Hold
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the call has arrived at the server.</summary>
        public Task Reached => _reached.Task;

        public Task Released => _released.Task;

        /// <summary>Lets the call continue.</summary>
        public void Release() => _released.SetResult();

        public void Reach() => _reached.SetResult();
    }
}
