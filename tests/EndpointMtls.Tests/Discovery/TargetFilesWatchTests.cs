using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>On the real clock, with real watches: every way in which a file changes leads to what it says then, and to no error on the way.</summary>
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
    public async Task A_file_that_is_changed_in_any_way_is_followed(string pattern)
    {
        Follow(pattern);

        _targets.Folder.Write("sd/a.yaml", "- targets: [written:1]");
        await _targets.Becomes("sd/a.yaml written:1");

        _targets.Folder.Write("sd/.a.yaml.tmp", "- targets: [renamed:1]");
        File.Move(_targets.Folder["sd/.a.yaml.tmp"], _targets.Folder["sd/a.yaml"], overwrite: true);
        await _targets.Becomes("sd/a.yaml renamed:1");

        File.Delete(_targets.Folder["sd/a.yaml"]);
        _targets.Folder.Write("sd/a.yaml", "- targets: [again:1]");
        await _targets.Becomes("sd/a.yaml again:1");

        // As an editor does that keeps the file before.
        File.Move(_targets.Folder["sd/a.yaml"], _targets.Folder["sd/a.yaml~"]);
        _targets.Folder.Write("sd/a.yaml", "- targets: [edited:1]");
        await _targets.Becomes("sd/a.yaml edited:1");

        await using (var file = new StreamWriter(_targets.Folder["sd/a.yaml"], append: false))
        {
            await file.FlushAsync();
            await file.WriteAsync("- targets: [cut:1");
            await file.FlushAsync();
            await file.WriteAsync(", then:1]");
        }

        await _targets.Becomes("sd/a.yaml cut:1 then:1");
        _targets.Logs.Entries.Should().OnlyContain(entry => entry.EventId == 402).And.HaveCount(5);
    }

    [Test]
    public async Task Files_are_added_and_removed()
    {
        Follow("sd/*.yaml");

        _targets.Folder.Write("sd/b.yaml", "- targets: [b:1]");
        await _targets.Becomes("sd/a.yaml a:1 | sd/b.yaml b:1");

        File.Move(_targets.Folder["sd/a.yaml"], _targets.Folder["sd/c.yaml"]);
        await _targets.Becomes("sd/b.yaml b:1 | sd/c.yaml a:1");

        File.Delete(_targets.Folder["sd/b.yaml"]);
        await _targets.Becomes("sd/c.yaml a:1");
    }

    [Test]
    public async Task A_bad_file_is_told_and_the_next_good_one_taken_over()
    {
        Follow("sd/a.yaml");

        _targets.Folder.Write("sd/a.yaml", "- targets: [a");
        await _targets.Becomes("sd/a.yaml? a:1");

        _targets.Folder.Write("sd/a.yaml", "- targets: [b:1]");
        await _targets.Becomes("sd/a.yaml b:1");
        _targets.Logs.Entries.Select(entry => entry.EventId).Should().Equal(400, 401, 402);
    }

    [Test]
    public async Task A_Kubernetes_volume_is_swapped()
    {
        var volume = new SecretVolume(_targets.Folder, "volume");
        volume.Publish(null, ("a.yaml", "- targets: [a:1]"));
        Follow("volume/*.yaml");

        volume.Publish(null, ("a.yaml", "- targets: [a:2]"), ("b.yaml", "- targets: [b:2]"));

        await _targets.Becomes("volume/a.yaml a:2 | volume/b.yaml b:2");
        _targets.Logs.Entries.Should().OnlyContain(entry => entry.EventId == 402);
    }

    // The polls come every ten seconds, far within the patience of a test: that a watch hints is shown by A_hint_brings_the_next_look_forward.
    private void Follow(string pattern) => _targets.Follow(TimeProvider.System, TimeSpan.FromHours(1), pattern);
}
