using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>Which files belong to a set, and how they are read together.</summary>
public sealed class FileSetTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void WriteFiles()
    {
        _folder = new TempFolder();
        _folder.Write("tls.crt", "certificate");
        _folder.Write("ca/b.crt", "b");
        _folder.Write("ca/a.pem", "a");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Contains_its_files_and_the_files_of_its_folders_in_order() =>
        PathsOf("ca").Should().Equal(_folder["tls.crt"], _folder["ca/a.pem"], _folder["ca/b.crt"]);

    [Test]
    public void Leaves_out_hidden_files_other_extensions_and_subfolders()
    {
        _folder.Write("ca/.hidden.crt", "x");
        _folder.Write("ca/..data/c.crt", "x");
        _folder.Write("ca/sub.crt/c.crt", "x");
        _folder.Write("ca/README", "x");
        _folder.Write("ca/a.key", "x");
        _folder.Write("ca/c.crt.bak", "x");
        _folder.Write("ca/c.CER", "x");

        PathsOf("ca").Should().Equal(_folder["tls.crt"], _folder["ca/a.pem"], _folder["ca/b.crt"], _folder["ca/c.CER"]);
    }

    [Test]
    public void Treats_a_missing_folder_as_a_missing_file() =>
        Set("none").Read(TimeProvider.System)[_folder["none"]].Problem!.IsMissing.Should().BeTrue();

    [Test]
    public void Contains_no_file_of_an_empty_folder()
    {
        Directory.CreateDirectory(_folder["empty"]);

        Set("empty").Read(TimeProvider.System).Of(_folder["empty"]).Should().BeEmpty();
    }

    [Test]
    public void Returns_the_content_by_file_and_by_folder()
    {
        var content = Set("ca").Read(TimeProvider.System);

        content[_folder["tls.crt"]].Bytes.Should().Equal("certificate"u8.ToArray());
        content.Of(_folder["ca"]).Select(file => file.Path).Should().Equal(_folder["ca/a.pem"], _folder["ca/b.crt"]);
        content.ChangedDuringRead.Should().BeFalse();
        content.Stamps.Should().Equal(Set("ca").Stamp());
    }

    [Test]
    public void The_hash_does_not_depend_on_file_times()
    {
        var hash = Set("ca").Read(TimeProvider.System).Hash;
        File.SetLastWriteTimeUtc(_folder["tls.crt"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Set("ca").Read(TimeProvider.System).Hash.Should().Be(hash);
    }

    [Test]
    public void The_hash_depends_on_paths_content_and_missing_files()
    {
        var hashes = new List<string> { HashAfter(() => { }) };

        hashes.Add(HashAfter(() => _folder.Write("tls.crt", "Certificate")));
        hashes.Add(HashAfter(() => _folder.Write("ca/b.crt", "")));
        hashes.Add(HashAfter(() => File.Delete(_folder["ca/b.crt"])));
        hashes.Add(HashAfter(() => File.Move(_folder["ca/a.pem"], _folder["ca/c.pem"])));
        hashes.Add(HashAfter(() => File.Delete(_folder["tls.crt"])));

        // The same bytes, split between the files at another position.
        _folder.Write("tls.crt", "ab");
        hashes.Add(HashAfter(() => _folder.Write("ca/c.pem", "c")));
        _folder.Write("tls.crt", "a");
        hashes.Add(HashAfter(() => _folder.Write("ca/c.pem", "bc")));

        hashes.Should().OnlyHaveUniqueItems();
    }

    [Test]
    public async Task Reads_files_of_one_generation_or_sets_ChangedDuringRead()
    {
        // So many generations that none returns during a read, which could not be detected.
        const int Generations = 500;
        for (var generation = 0; generation < Generations; generation++)
        {
            Write($"{generation}/first", $"{generation}", generation);
            Write($"{generation}/second", $"{generation}", generation);
        }

        Unix.Link(_folder["now"], "0");
        var set = new FileSet([_folder["now/first"], _folder["now/second"]], []);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var rotation = 0; !stop.IsCancellationRequested; rotation++)
            {
                Unix.Link(_folder["now"], $"{rotation % Generations}");
                if (rotation % 50 == 0)
                {
                    stop.Token.WaitHandle.WaitOne(5);
                }
            }
        });

        for (var read = 0; read < 500; read++)
        {
            var content = set.Read(TimeProvider.System);
            var isConsistent = content[_folder["now/first"]].Bytes.SequenceEqual(content[_folder["now/second"]].Bytes);
            (content.ChangedDuringRead || isConsistent).Should().BeTrue();
        }

        await stop.CancelAsync();
        await writer.WithTimeout();
        set.Read(TimeProvider.System).ChangedDuringRead.Should().BeFalse();
    }

    private FileSet Set(string folder) => new([_folder["tls.crt"]], [_folder[folder]]);

    private void Write(string name, string content, int second) =>
        File.SetLastWriteTimeUtc(_folder.Write(name, content), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(second));

    private string HashAfter(Action change)
    {
        change();
        return Set("ca").Read(TimeProvider.System).Hash;
    }

    private IEnumerable<string> PathsOf(string folder) => Set(folder).Stamp().Select(file => file.Path);
}
