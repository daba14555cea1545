namespace EndpointMtls.Tests.Support;

/// <summary>Lets the calls of one server pass, or holds one.</summary>
internal sealed class EchoGate
{
    private Hold? _next;

    public Hold HoldNextCall() => _next = new Hold();

    /// <summary>Passes at once, unless this is the call to be held.</summary>
    public Task PassAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _next, null) is not { } hold)
        {
            return Task.CompletedTask;
        }

        hold.Reach();
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }

    internal sealed class Hold
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when the call has arrived at the server.</summary>
        public Task Reached => _reached.Task;

        public void Reach() => _reached.SetResult();
    }
}
