using Querier.Demo;

namespace Samples.Tests.Querier;

public sealed class ClientFilesTests
{
    private DemoFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new DemoFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Replaces_files_and_leaves_no_other_files()
    {
        var files = new RenamedFiles(_folder, "eu");

        Write(files, "old");
        Write(files, "new");

        Read(files).Should().Equal("new ca", "new chain", "new key");
        Directory.GetFileSystemEntries(_folder["."]).Should().HaveCount(3);
    }

    [Test]
    public void Readers_never_see_a_partly_written_file()
    {
        var path = _folder.Write("tls.crt", "old");
        using var reader = new StreamReader(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete });

        _folder.Write("tls.crt", "new");

        reader.ReadToEnd().Should().Be("old");
        File.ReadAllText(path).Should().Be("new");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "On Windows, creating symbolic links requires a privilege.")]
    public void A_Kubernetes_volume_replaces_all_files_together_and_removes_the_old_folder()
    {
        var files = new KubernetesVolume(_folder, "us");

        Write(files, "old");
        var before = Target("..data");
        Write(files, "new");

        Read(files).Should().Equal("new ca", "new chain", "new key");
        Target("tls.crt").Should().Be("..data/tls.crt");
        Target("..data").Should().NotBe(before);
        Directory.Exists(_folder[$"us/{before}"]).Should().BeFalse();

        string Target(string name) => new FileInfo(_folder[$"us/{name}"]).LinkTarget!;
    }

    private static void Write(ClientFiles files, string content) =>
        files.Write($"{content} ca", new DemoCertificate($"{content} chain", $"{content} key", "01"));

    private IEnumerable<string> Read(ClientFiles files) =>
        new[] { files.Ca, files.Certificate, files.Key }.Select(file => File.ReadAllText(_folder[file]));
}
