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
    public void Files_are_replaced_and_nothing_else_is_left()
    {
        var files = new RenamedFiles(_folder, "eu");

        Write(files, "old");
        Write(files, "new");

        Read(files).Should().Equal("new ca", "new chain", "new key");
        Directory.GetFileSystemEntries(_folder["."]).Should().HaveCount(3);
    }

    [Test]
    public void A_file_is_never_written_where_it_can_be_read_meanwhile()
    {
        var path = _folder.Write("tls.crt", "old");
        using var reader = new StreamReader(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete });

        _folder.Write("tls.crt", "new");

        reader.ReadToEnd().Should().Be("old");
        File.ReadAllText(path).Should().Be("new");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "On Windows, links are not for everybody.")]
    public void A_Kubernetes_volume_is_swapped_as_a_whole_and_the_old_one_removed()
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
