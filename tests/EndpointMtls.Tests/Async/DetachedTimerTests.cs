extern alias Core;

using Core::EndpointMtls.Async;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Async;

public sealed class DetachedTimerTests
{
    [Test]
    public async Task Knows_nothing_of_who_made_it()
    {
        var request = new AsyncLocal<string?> { Value = "the first request" };
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);

        await using var timer = DetachedTimer.Create(TimeProvider.System, () => seen.TrySetResult(request.Value), TimeSpan.Zero);

        (await seen.Task.WithTimeout()).Should().BeNull();
        ExecutionContext.IsFlowSuppressed().Should().BeFalse();
    }

    [Test]
    public void Leaves_a_flow_suppressed_that_was()
    {
        using (ExecutionContext.SuppressFlow())
        {
            using var timer = DetachedTimer.Create(TimeProvider.System, () => { });

            ExecutionContext.IsFlowSuppressed().Should().BeTrue();
        }
    }
}
