using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>On the real clock: a hint comes when the system sends it.</summary>
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
    [TestCase("swapped by Kubernetes")]
    [TestCase("added to a folder")]
    [TestCase("moved to a folder")]
    [TestCase("removed")]
    public async Task Hints_when_something_is(string change)
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
            case "swapped by Kubernetes":
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
    public async Task A_folder_that_is_not_there_keeps_no_other_from_being_watched()
    {
        using var watch = new FolderWatch([_folder["none/tls.key"], _folder["tls.crt"]], () => _hinted.TrySetResult());

        _folder.Write("tls.crt", "2");

        await _hinted.Task.WithTimeout();
    }

    [Test]
    public void Survives_the_end_of_what_it_watches()
    {
        using var watch = new FolderWatch([_folder["ca"]], () => _hinted.TrySetResult());

        Directory.Delete(_folder["ca"], recursive: true);
    }

    [Test]
    public async Task Is_silent_once_it_is_disposed()
    {
        var hints = 0;
        new FolderWatch([_folder["tls.crt"]], () => hints++).Dispose();
        using var other = new FolderWatch([_folder["tls.crt"]], () => _hinted.TrySetResult());

        _folder.Write("tls.crt", "2");

        await _hinted.Task.WithTimeout();
        hints.Should().Be(0);
    }

    [Test]
    public async Task Hints_all_who_watch_one_folder_until_each_has_had_enough()
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
    public void Leaves_some_of_the_few_watches_of_a_user_to_others()
    {
        var folders = Enumerable.Range(0, 40).Select(number => Path.GetDirectoryName(_folder.Write($"{number}/tls.crt", "1"))!).ToList();

        var joined = folders.ConvertAll(folder => WatchedFolder.Join(folder, () => { }));
        joined.Count(folder => folder is not null).Should().BeInRange(1, WatchedFolder.Most);

        var many = folders.ConvertAll(folder => WatchedFolder.Join(folder, () => { }, isOneOfMany: true));
        many.Where((_, index) => joined[index] is null).Should().OnlyContain(folder => folder == null);
        joined.ForEach(folder => folder?.Dispose());
        many.ForEach(folder => folder?.Dispose());
        many = folders.ConvertAll(folder => WatchedFolder.Join(folder, () => { }, isOneOfMany: true));
        many.Count(folder => folder is not null).Should().BeInRange(1, WatchedFolder.MostOfMany);
        many.ForEach(folder => folder?.Dispose());

        using var again = WatchedFolder.Join(folders[^1], () => { });
        again.Should().NotBeNull();
    }
}
