using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

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
    public void Is_its_files_and_those_of_its_folders_in_order() =>
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
    public void Takes_a_folder_that_is_not_there_for_a_file_that_is_not_there() =>
        Set("none").Read(TimeProvider.System)[_folder["none"]].Problem!.Message.Should().Be("does not exist");

    [Test]
    public void Has_no_file_for_an_empty_folder()
    {
        Directory.CreateDirectory(_folder["empty"]);

        Set("empty").Read(TimeProvider.System).Of(_folder["empty"]).Should().BeEmpty();
    }

    [Test]
    public void Finds_the_content_by_file_and_by_folder()
    {
        var content = Set("ca").Read(TimeProvider.System);

        content[_folder["tls.crt"]].Bytes.Should().Equal("certificate"u8.ToArray());
        content.Of(_folder["ca"]).Select(file => file.Path).Should().Equal(_folder["ca/a.pem"], _folder["ca/b.crt"]);
        content.IsMoving.Should().BeFalse();
        content.Stamps.Should().Equal(Set("ca").Stamp());
    }

    [Test]
    public void Has_a_hash_of_the_content_and_not_of_the_times()
    {
        var hash = Set("ca").Read(TimeProvider.System).Hash;
        File.SetLastWriteTimeUtc(_folder["tls.crt"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Set("ca").Read(TimeProvider.System).Hash.Should().Be(hash);
    }

    [Test]
    public void Has_another_hash_when_anything_is_different()
    {
        var hashes = new List<string> { HashAfter(() => { }) };

        hashes.Add(HashAfter(() => _folder.Write("tls.crt", "Certificate")));
        hashes.Add(HashAfter(() => _folder.Write("ca/b.crt", "")));
        hashes.Add(HashAfter(() => File.Delete(_folder["ca/b.crt"])));
        hashes.Add(HashAfter(() => File.Move(_folder["ca/a.pem"], _folder["ca/c.pem"])));
        hashes.Add(HashAfter(() => File.Delete(_folder["tls.crt"])));

        // The same bytes, cut elsewhere.
        _folder.Write("tls.crt", "ab");
        hashes.Add(HashAfter(() => _folder.Write("ca/c.pem", "c")));
        _folder.Write("tls.crt", "a");
        hashes.Add(HashAfter(() => _folder.Write("ca/c.pem", "bc")));

        hashes.Should().OnlyHaveUniqueItems();
    }

    [Test]
    public async Task Is_of_one_moment_or_says_that_it_is_not()
    {
        // So many that the same ones do not come round while they are read: what is as it was before has not moved for any reader.
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
            for (var swap = 0; !stop.IsCancellationRequested; swap++)
            {
                Unix.Link(_folder["now"], $"{swap % Generations}");
                if (swap % 50 == 0)
                {
                    stop.Token.WaitHandle.WaitOne(5);
                }
            }
        });

        for (var read = 0; read < 500; read++)
        {
            var content = set.Read(TimeProvider.System);
            (content.IsMoving || content[_folder["now/first"]].Bytes.SequenceEqual(content[_folder["now/second"]].Bytes)).Should().BeTrue();
        }

        await stop.CancelAsync();
        await writer.WithTimeout();
        set.Read(TimeProvider.System).IsMoving.Should().BeFalse();
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
