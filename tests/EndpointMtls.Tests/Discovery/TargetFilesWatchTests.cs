using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Detects every kind of change, without errors in between. Uses the real clock and real folder watches.</summary>
public sealed class TargetFilesWatchTests
{
    private WatchedTargets _targets = null!;

    [SetUp]
    public void CreateFolder()
    {
        _targets = new WatchedTargets();
        _targets.Folder.Write("sd/a.yaml", "- targets: [a:1]");
    }

    [TearDown]
    public void CleanUp() => _targets.Dispose();

    [TestCase("sd/a.yaml")]
    [TestCase("sd/*.yaml")]
    public async Task Detects_every_kind_of_change_of_a_file(string pattern)
    {
        Watch(pattern);

        _targets.Folder.Write("sd/a.yaml", "- targets: [written:1]");
        await _targets.WaitForAsync("sd/a.yaml written:1");

        _targets.Folder.Write("sd/.a.yaml.tmp", "- targets: [renamed:1]");
        File.Move(_targets.Folder["sd/.a.yaml.tmp"], _targets.Folder["sd/a.yaml"], overwrite: true);
        await _targets.WaitForAsync("sd/a.yaml renamed:1");

        File.Delete(_targets.Folder["sd/a.yaml"]);
        _targets.Folder.Write("sd/a.yaml", "- targets: [again:1]");
        await _targets.WaitForAsync("sd/a.yaml again:1");

        // As an editor with backup files does.
        File.Move(_targets.Folder["sd/a.yaml"], _targets.Folder["sd/a.yaml~"]);
        _targets.Folder.Write("sd/a.yaml", "- targets: [edited:1]");
        await _targets.WaitForAsync("sd/a.yaml edited:1");

        await using (var file = new StreamWriter(_targets.Folder["sd/a.yaml"], append: false))
        {
            await file.FlushAsync();
            await file.WriteAsync("- targets: [first:1");
            await file.FlushAsync();
            await file.WriteAsync(", second:1]");
        }

        await _targets.WaitForAsync("sd/a.yaml first:1 second:1");
        _targets.Logs.Entries.Should().OnlyContain(entry => entry.EventId == 402).And.HaveCount(5);
    }

    [Test]
    public async Task Detects_added_and_removed_files()
    {
        Watch("sd/*.yaml");

        _targets.Folder.Write("sd/b.yaml", "- targets: [b:1]");
        await _targets.WaitForAsync("sd/a.yaml a:1 | sd/b.yaml b:1");

        File.Move(_targets.Folder["sd/a.yaml"], _targets.Folder["sd/c.yaml"]);
        await _targets.WaitForAsync("sd/b.yaml b:1 | sd/c.yaml a:1");

        File.Delete(_targets.Folder["sd/b.yaml"]);
        await _targets.WaitForAsync("sd/c.yaml a:1");
    }

    [Test]
    public async Task Logs_an_invalid_file_and_applies_the_next_valid_one()
    {
        Watch("sd/a.yaml");

        _targets.Folder.Write("sd/a.yaml", "- targets: [a");
        await _targets.WaitForAsync("sd/a.yaml? a:1");

        _targets.Folder.Write("sd/a.yaml", "- targets: [b:1]");
        await _targets.WaitForAsync("sd/a.yaml b:1");
        _targets.EventIds.Should().Equal(400, 401, 402);
    }

    [Test]
    public async Task Detects_the_update_of_a_Kubernetes_volume()
    {
        var volume = new SecretVolume(_targets.Folder, "volume");
        volume.Publish(null, ("a.yaml", "- targets: [a:1]"));
        Watch("volume/*.yaml");

        volume.Publish(null, ("a.yaml", "- targets: [a:2]"), ("b.yaml", "- targets: [b:2]"));

        await _targets.WaitForAsync("volume/a.yaml a:2 | volume/b.yaml b:2");
        _targets.Logs.Entries.Should().OnlyContain(entry => entry.EventId == 402);
    }

    // Timed checks alone would pass these tests. TargetFilesTests.A_folder_watch_starts_a_check_early tests the watch.
    private void Watch(string pattern) => _targets.Watch(TimeProvider.System, TimeSpan.FromHours(1), pattern);
}
