using Grpc.Core;
using Grpc.Health.V1;

namespace EndpointMtls.Tests.Support;

/// <summary>The health service of a test server. The test sets its answer.</summary>
internal sealed class TestHealth : Health.HealthBase
{
    private volatile TaskCompletionSource? _silence;
    private int _checks;

    public HealthCheckResponse.Types.ServingStatus Status { get; set; } = HealthCheckResponse.Types.ServingStatus.Serving;

    /// <summary>The error that the server answers with; none by default.</summary>
    public StatusCode Error { get; set; }

    /// <summary>Whether it aborts the connection of each call.</summary>
    public bool IsBreakingOff { get; set; }

    /// <summary>The number of calls.</summary>
    public int Checks => Volatile.Read(ref _checks);

    /// <summary>Released once for each call that waits.</summary>
    public SemaphoreSlim Waiting { get; } = new(0);

    /// <summary>Called with the authority of each call.</summary>
    public Action<string> OnAuthority { get; set; } = _ => { };

    /// <summary>Lets calls wait until <see cref="BreakSilence"/>.</summary>
    public void KeepSilent() => _silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void BreakSilence() => Interlocked.Exchange(ref _silence, null)?.SetResult();

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _checks);
        OnAuthority(context.Host);
        if (_silence is { } silence)
        {
            Waiting.Release();
            await silence.Task.WaitAsync(context.CancellationToken);
        }

        if (IsBreakingOff)
            context.GetHttpContext().Abort();

        return Error != StatusCode.OK ? throw new RpcException(new Status(Error, "The health check failed."))
            : new HealthCheckResponse { Status = request.Service.Length == 0 ? Status : HealthCheckResponse.Types.ServingStatus.ServiceUnknown };
    }
}
