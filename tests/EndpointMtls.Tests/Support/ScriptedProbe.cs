namespace EndpointMtls.Tests.Support;

/// <summary>A probe whose results a test sets.</summary>
internal sealed class ScriptedProbe(Func<GrpcEndpoint, Task<object?>> answer) : IEndpointProbe
{
    private readonly Lock _counting = new();
    private readonly List<(int Times, TaskCompletionSource Reached)> _waiting = [];
    private int _count;

    public Func<GrpcEndpoint, Task<object?>> Answer { get; set; } = answer;

    /// <summary>The number of calls.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes when the number of calls is reached.</summary>
    public Task WhenCalled(int times)
    {
        lock (_counting)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((times, reached));
            CompleteReached();
            return reached.Task;
        }
    }

    public Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        lock (_counting)
        {
            _count++;
            CompleteReached();
        }

        return Answer(endpoint);
    }

    private void CompleteReached() => _waiting.Where(waiting => waiting.Times <= _count).ToList().ForEach(waiting => waiting.Reached.TrySetResult());
}
