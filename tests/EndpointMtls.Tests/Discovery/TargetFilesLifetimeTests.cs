using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Timers and watches: what they must survive, and when they end.</summary>
public sealed class TargetFilesLifetimeTests
{
    private WatchedTargets _targets = null!;
    private ManualResetEventSlim _release = null!;

    [SetUp]
    public void Follow()
    {
        _targets = new WatchedTargets();
        _release = new ManualResetEventSlim();
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        _targets.Follow("*.yaml");
    }

    [TearDown]
    public void CleanUp()
    {
        _release.Set();
        _targets.Dispose();
        _release.Dispose();
    }

    [Test]
    public async Task A_look_that_hangs_keeps_neither_another_look_waiting_nor_the_end()
    {
        var look = await HangAsync();

        _targets.Write("b.yaml", "- targets: [b:1]");
        await _targets.Time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        await AdvanceAsync(FileMonitor.QuietPeriod).WithTimeout();
        await Task.Run(_targets.Files.Dispose).WithTimeout();

        _release.Set();
        await look.WithTimeout();
        (_targets.Shown, _targets.Changes, _targets.Time.RunningTimers).Should().Be(("a.yaml b:1", 0, 0));
    }

    [Test]
    public async Task A_hint_during_a_look_leads_to_another_one()
    {
        var look = await HangAsync();

        _targets.WriteUnwatched("a.yaml", "- targets: [c:1]");
        _targets.Write("hint", "");
        await _targets.Time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        await AdvanceAsync(FileMonitor.QuietPeriod).WithTimeout();
        _release.Set();
        await look.WithTimeout();
        _targets.Time.Advance(FileMonitor.QuietPeriod);

        _targets.Shown.Should().Be("a.yaml c:1");
    }

    [Test]
    public void What_listeners_and_logs_throw_ends_nothing()
    {
        _targets.OnChanged = () => throw new InvalidOperationException("thrown by a listener");
        _targets.Logs.OnEntry = _ => throw new IOException("disk full");

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Look();
        _targets.WriteUnwatched("a.yaml", "- targets: [c:1]");
        _targets.Look();

        (_targets.Shown, _targets.Changes).Should().Be(("a.yaml c:1", 2));
    }

    [Test]
    public void A_listener_may_look_at_what_has_changed_and_end_it()
    {
        var seen = "";
        _targets.OnChanged = () =>
        {
            seen = _targets.Shown;
            _targets.Files.Dispose();
        };

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Look();

        (seen, _targets.Time.RunningTimers).Should().Be(("a.yaml b:1", 0));
    }

    [Test]
    public void Nothing_is_looked_at_or_watched_after_disposal()
    {
        _targets.Files.Dispose();
        _targets.Files.Dispose();

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Time.Advance(TimeSpan.FromHours(1));

        (_targets.Shown, _targets.Changes, _targets.Time.RunningTimers).Should().Be(("a.yaml a:1", 0, 0));
        for (var number = 0; number < WatchedFolder.MaxFolders; number++)
        {
            _targets.Write($"{number}/a.yaml", "[]");
            _targets.Follow($"{number}/*.yaml").Files.Dispose();
        }

        using var watch = WatchedFolder.TryWatch(_targets.Folder.Root, () => { });
        watch.Should().NotBeNull();
    }

    /// <summary>Has a look find a change, and hang with the log.</summary>
    private async Task<Task> HangAsync()
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _targets.Logs.OnEntry = _ =>
        {
            hangs.TrySetResult();
            _release.Wait();
        };
        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        var look = AdvanceAsync(TimeSpan.FromSeconds(10));
        await hangs.Task.WithTimeout();
        return look;
    }

    private Task AdvanceAsync(TimeSpan span) => Task.Run(() => _targets.Time.Advance(span));
}
