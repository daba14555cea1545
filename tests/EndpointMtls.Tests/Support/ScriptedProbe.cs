namespace EndpointMtls.Tests.Support;

/// <summary>Answers probes as a test has written them down.</summary>
internal sealed class ScriptedProbe(Func<GrpcEndpoint, Task<object?>> answer) : IEndpointProbe
{
    private readonly Lock _counting = new();
    private readonly List<(int Times, TaskCompletionSource Reached)> _waiting = [];
    private int _count;

    public Func<GrpcEndpoint, Task<object?>> Answer { get; set; } = answer;

    /// <summary>How often it was asked.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Ends when it has been asked so often.</summary>
    public Task Asked(int times)
    {
        lock (_counting)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((times, reached));
            Tell();
            return reached.Task;
        }
    }

    public Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        lock (_counting)
        {
            _count++;
            Tell();
        }

        return Answer(endpoint);
    }

    private void Tell() => _waiting.Where(waiting => waiting.Times <= _count).ToList().ForEach(waiting => waiting.Reached.TrySetResult());
}
