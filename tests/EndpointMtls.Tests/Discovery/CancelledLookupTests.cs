using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Discovery;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>A lookup that fails only when nobody waits for it any more.</summary>
[NonParallelizable]
public sealed class CancelledLookupTests
{
    [Test]
    public async Task Its_failure_is_no_unobserved_exception()
    {
        var late = new IOException("late");
        var unobserved = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs args) => unobserved.AddRange(args.Exception.Flatten().InnerExceptions);

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await GiveUpAsync(late);
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        unobserved.Should().NotContain(late);
    }

    // Apart, so that nothing of it is still in use when the garbage is collected.
    private static async Task GiveUpAsync(Exception late)
    {
        var (time, logs) = (new TestTimeProvider(DateTimeOffset.UnixEpoch), new LogRecorder());
        using var meter = new EndpointMeter(null);
        var answer = new TaskCompletionSource<IReadOnlyList<IPAddress>>();
        var resolver = new ScriptedResolver();
        resolver.SetHost("a.test", _ => answer.Task);
        var changed = new SemaphoreSlim(0);
        var target = DiscoveryTarget.Parse("dns+a.test:1", DiscoveryKind.Dns, "a.test:1", out _)!;
        using var lookup = new NameLookup(target, "eu", new LookupContext(resolver, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), time, logs, meter), () => changed.Release()).Start();

        await resolver.Lookups.WaitAsync().WithTimeout();
        while (lookup.State.Error is null)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await changed.WaitAsync().WithTimeout();
        }

        answer.SetException(late);
    }
}
