extern alias Core;

using Core::EndpointMtls.Async;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Async;

/// <summary>Timers do not capture the execution context.</summary>
public sealed class DetachedTimerTests
{
    [Test]
    public async Task The_callback_does_not_see_AsyncLocal_values_of_the_creator()
    {
        var request = new AsyncLocal<string?> { Value = "the first request" };
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);

        await using var timer = DetachedTimer.Create(TimeProvider.System, () => seen.TrySetResult(request.Value), TimeSpan.Zero);

        (await seen.Task.WithTimeout()).Should().BeNull();
        ExecutionContext.IsFlowSuppressed().Should().BeFalse();
    }

    [Test]
    public void Keeps_the_flow_suppressed_if_it_was()
    {
        using (ExecutionContext.SuppressFlow())
        {
            using var timer = DetachedTimer.Create(TimeProvider.System, () => { });

            ExecutionContext.IsFlowSuppressed().Should().BeTrue();
        }
    }
}
