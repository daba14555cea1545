using Grpc.Core;
using Grpc.Health.V1;

namespace EndpointMtls.Tests.Support;

/// <summary>Tells of the health of one server, as a test has decided; or keeps silent.</summary>
internal sealed class TestHealth : Health.HealthBase
{
    private volatile TaskCompletionSource? _silence;
    private int _checks;

    public HealthCheckResponse.Types.ServingStatus Status { get; set; } = HealthCheckResponse.Types.ServingStatus.Serving;

    /// <summary>Whether the server knows the question at all.</summary>
    public bool IsImplemented { get; set; } = true;

    /// <summary>Whether it ends calls without a word.</summary>
    public bool IsBreakingOff { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Checks => Volatile.Read(ref _checks);

    /// <summary>How many are being kept waiting.</summary>
    public SemaphoreSlim Waiting { get; } = new(0);

    /// <summary>Called with what calls are addressed to.</summary>
    public Action<string> OnAuthority { get; set; } = _ => { };

    /// <summary>Answers nobody until it is broken.</summary>
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

        return !IsImplemented ? throw new RpcException(new Status(StatusCode.Unimplemented, "Service is unimplemented."))
            : new HealthCheckResponse { Status = request.Service.Length == 0 ? Status : HealthCheckResponse.Types.ServingStatus.ServiceUnknown };
    }
}
