using EndpointMtls.AspNetCore;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>A timer that lives as long as a connection keeps nothing of the request it was made in.</summary>
public sealed class DetachedTimerTests
{
    [Test]
    public async Task A_timer_knows_nothing_of_who_made_it([Values] bool isFlowSuppressed)
    {
        var ambient = new AsyncLocal<string> { Value = "of the maker" };
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = Create(() => seen.SetResult(ambient.Value), isFlowSuppressed);

        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        (await seen.Task.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeNull();
        ExecutionContext.IsFlowSuppressed().Should().BeFalse();
    }

    private static ITimer Create(Action callback, bool isFlowSuppressed)
    {
        if (!isFlowSuppressed)
        {
            return DetachedTimer.Create(TimeProvider.System, callback);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return DetachedTimer.Create(TimeProvider.System, callback);
        }
    }
}
