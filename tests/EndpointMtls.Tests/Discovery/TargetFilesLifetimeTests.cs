using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Checks that hang, callbacks that throw, and disposal.</summary>
public sealed class TargetFilesLifetimeTests
{
    private WatchedTargets _targets = null!;
    private ManualResetEventSlim _release = null!;

    [SetUp]
    public void Watch()
    {
        _targets = new WatchedTargets();
        _release = new ManualResetEventSlim();
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        _targets.Watch("*.yaml");
    }

    [TearDown]
    public void CleanUp()
    {
        _release.Set();
        _targets.Dispose();
        _release.Dispose();
    }

    [Test]
    public async Task A_check_that_hangs_blocks_neither_the_next_check_nor_disposal()
    {
        var check = await HangAsync();

        _targets.Write("b.yaml", "- targets: [b:1]");
        await _targets.Time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        await AdvanceAsync(FileMonitor.QuietPeriod).WithTimeout();
        await Task.Run(_targets.Files.Dispose).WithTimeout();

        _release.Set();
        await check.WithTimeout();
        (_targets.Shown, _targets.Changes, _targets.Time.RunningTimers).Should().Be(("a.yaml b:1", 0, 0));
    }

    [Test]
    public async Task A_change_during_a_check_starts_another_check()
    {
        var check = await HangAsync();

        _targets.WriteUnwatched("a.yaml", "- targets: [c:1]");
        _targets.Write("signal", "");
        await _targets.Time.WaitForTimerAsync(FileMonitor.QuietPeriod);
        await AdvanceAsync(FileMonitor.QuietPeriod).WithTimeout();
        _release.Set();
        await check.WithTimeout();
        _targets.Time.Advance(FileMonitor.QuietPeriod);

        _targets.Shown.Should().Be("a.yaml c:1");
    }

    [Test]
    public void Survives_exceptions_of_callbacks_and_logs()
    {
        _targets.OnChanged = () => throw new InvalidOperationException("thrown by a callback");
        _targets.Logs.OnEntry = _ => throw new IOException("disk full");

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Check();
        _targets.WriteUnwatched("a.yaml", "- targets: [c:1]");
        _targets.Check();

        (_targets.Shown, _targets.Changes).Should().Be(("a.yaml c:1", 2));
    }

    [Test]
    public void A_callback_can_read_the_files_and_dispose_them()
    {
        var seen = "";
        _targets.OnChanged = () =>
        {
            seen = _targets.Shown;
            _targets.Files.Dispose();
        };

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Check();

        (seen, _targets.Time.RunningTimers).Should().Be(("a.yaml b:1", 0));
    }

    [Test]
    public void Disposal_stops_checks_and_watches()
    {
        _targets.Files.Dispose();
        _targets.Files.Dispose();

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Time.Advance(TimeSpan.FromHours(1));

        (_targets.Shown, _targets.Changes, _targets.Time.RunningTimers).Should().Be(("a.yaml a:1", 0, 0));
        for (var number = 0; number < WatchedFolder.MaxFolders; number++)
        {
            _targets.Write($"{number}/a.yaml", "[]");
            _targets.Watch($"{number}/*.yaml").Files.Dispose();
        }

        using var watch = WatchedFolder.TryWatch(_targets.Folder.Root, () => { });
        watch.Should().NotBeNull();
    }

    /// <summary>Starts a check that finds a change, and hangs in the log.</summary>
    private async Task<Task> HangAsync()
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _targets.Logs.OnEntry = _ =>
        {
            hangs.TrySetResult();
            _release.Wait();
        };
        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        var check = AdvanceAsync(TimeSpan.FromSeconds(10));
        await hangs.Task.WithTimeout();
        return check;
    }

    private Task AdvanceAsync(TimeSpan span) => Task.Run(() => _targets.Time.Advance(span));
}
