using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>Callbacks after changes of files. The tests use the real clock, because the system sends the events.</summary>
public sealed class FolderWatchTests
{
    private TempFolder _folder = null!;
    private TaskCompletionSource _hinted = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TempFolder();
        _hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _folder.Write("ca/a.crt", "a");
        _folder.Write("ca/.new", "2");
        _folder.Write("elsewhere/b.crt", "b");
        _folder.Write("tls.crt", "1");
        _folder.Write("..1/tls.crt", "1");
        _folder.Write("..2/tls.crt", "2");
        Unix.Link(_folder["..data"], "..1");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("written")]
    [TestCase("renamed")]
    [TestCase("touched")]
    [TestCase("rotated by Kubernetes")]
    [TestCase("added to a folder")]
    [TestCase("moved to a folder")]
    [TestCase("removed")]
    public async Task Calls_back_after_a_file_is(string change)
    {
        using var watch = new FolderWatch([_folder["tls.crt"], _folder["ca"]], () => _hinted.TrySetResult());

        switch (change)
        {
            case "written":
                _folder.Write("tls.crt", "2");
                break;
            case "renamed":
                File.Move(_folder["ca/.new"], _folder["ca/a.crt"], overwrite: true);
                break;
            case "touched":
                File.SetLastWriteTimeUtc(_folder["tls.crt"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                break;
            case "rotated by Kubernetes":
                Unix.Link(_folder["..data"], "..2");
                break;
            case "added to a folder":
                _folder.Write("ca/b.crt", "b");
                break;
            case "moved to a folder":
                File.Move(_folder["elsewhere/b.crt"], _folder["ca/b.crt"]);
                break;
            case "removed":
                File.Delete(_folder["tls.crt"]);
                break;
        }

        await _hinted.Task.WithTimeout();
    }

    [Test]
    public async Task A_missing_folder_does_not_affect_other_folders()
    {
        using var watch = new FolderWatch([_folder["none/tls.key"], _folder["tls.crt"]], () => _hinted.TrySetResult());

        _folder.Write("tls.crt", "2");

        await _hinted.Task.WithTimeout();
    }

    [Test]
    public void Does_not_throw_when_the_watched_folder_is_deleted()
    {
        using var watch = new FolderWatch([_folder["ca"]], () => _hinted.TrySetResult());

        Directory.Delete(_folder["ca"], recursive: true);
    }

    [Test]
    public async Task Does_not_call_back_after_disposal()
    {
        var hints = 0;
        new FolderWatch([_folder["tls.crt"]], () => hints++).Dispose();
        using var other = new FolderWatch([_folder["tls.crt"]], () => _hinted.TrySetResult());

        _folder.Write("tls.crt", "2");

        await _hinted.Task.WithTimeout();
        hints.Should().Be(0);
    }

    [Test]
    public async Task Disposing_a_watch_twice_does_not_end_another_one_of_the_same_folder()
    {
        var others = 0;
        using var watch = new FolderWatch([_folder["tls.crt"]], () => _hinted.TrySetResult());
        var other = new FolderWatch([_folder["tls.crt"]], () => others++);
        other.Dispose();
        other.Dispose();

        _folder.Write("tls.crt", "2");

        await _hinted.Task.WithTimeout();
        others.Should().Be(0);
    }

    [Test]
    public void Limits_the_number_of_watched_folders()
    {
        var folders = Enumerable.Range(0, 40).Select(number => Path.GetDirectoryName(_folder.Write($"{number}/tls.crt", "1"))!).ToList();

        var watches = folders.ConvertAll(folder => WatchedFolder.TryWatch(folder, () => { }));
        watches.Count(watch => watch is not null).Should().BeInRange(1, WatchedFolder.MaxFolders);

        var lowPriority = folders.ConvertAll(folder => WatchedFolder.TryWatch(folder, () => { }, isLowPriority: true));
        lowPriority.Where((_, index) => watches[index] is null).Should().OnlyContain(watch => watch == null);
        watches.ForEach(watch => watch?.Dispose());
        lowPriority.ForEach(watch => watch?.Dispose());
        lowPriority = folders.ConvertAll(folder => WatchedFolder.TryWatch(folder, () => { }, isLowPriority: true));
        lowPriority.Count(watch => watch is not null).Should().BeInRange(1, WatchedFolder.MaxLowPriorityFolders);
        lowPriority.ForEach(watch => watch?.Dispose());

        using var afterDisposal = WatchedFolder.TryWatch(folders[^1], () => { });
        afterDisposal.Should().NotBeNull();
    }
}
