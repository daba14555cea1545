using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Discovery;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>A lookup that fails after its timeout.</summary>
[NonParallelizable]
public sealed class TimedOutLookupTests
{
    [Test]
    public async Task A_late_failure_raises_no_unobserved_exception()
    {
        var late = new IOException("late");
        var unobserved = new List<Exception>();
        void Record(object? sender, UnobservedTaskExceptionEventArgs args) => unobserved.AddRange(args.Exception.Flatten().InnerExceptions);

        TaskScheduler.UnobservedTaskException += Record;
        try
        {
            await TimeOutAsync(late);
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Record;
        }

        unobserved.Should().NotContain(late);
    }

    // A separate method, so that its objects can be collected.
    private static async Task TimeOutAsync(Exception late)
    {
        var (time, logs) = (new TestTimeProvider(DateTimeOffset.UnixEpoch), new LogRecorder());
        using var meter = new EndpointMeter(null);
        var answer = new TaskCompletionSource<IReadOnlyList<IPAddress>>();
        var resolver = new ScriptedResolver();
        resolver.SetHost("a.test", _ => answer.Task);
        var changed = new SemaphoreSlim(0);
        var target = DiscoveryTarget.Parse("dns+a.test:1", DiscoveryKind.Dns, "a.test:1", out _)!;
        using var lookup = new NameLookup(target, "eu", new LookupContext(resolver, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), time, logs, meter) { LookUpHost = System.Net.Dns.GetHostAddressesAsync }, _ => changed.Release()).Start();

        await resolver.Lookups.WaitAsync().WithTimeout();
        while (lookup.Result.Error is null)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await changed.WaitAsync().WithTimeout();
        }

        answer.SetException(late);
    }
}
