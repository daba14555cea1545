using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>The content of a file, and the explanation if it cannot be read.</summary>
public sealed class FileContentTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Returns_the_bytes_and_the_stamp()
    {
        var path = _folder.Write("file", "12345");

        var content = FileContent.Read(path);

        content.Require().Should().Equal("12345"u8.ToArray());
        content.Stamp.Should().Be(FileContent.StampOf(path)).And.NotBeNull();
        content.Problem.Should().BeNull();
    }

    [Test]
    public void Reads_a_file_that_a_writer_has_open()
    {
        using var writer = new FileStream(_folder["file"], FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        writer.Write("12345"u8);
        writer.Flush();

        FileContent.Read(_folder["file"]).Require().Should().HaveCount(5);
    }

    [Test]
    public void Closes_the_file()
    {
        FileContent.Read(_folder.Write("file", "12345"));

        using var exclusive = new FileStream(_folder["file"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Test]
    public void Explains_a_missing_file() => Problem(_folder["none"]).Should().BeApproved();

    [Test]
    public void Explains_a_missing_folder() => Problem(_folder["none/none"]).Should().BeApproved();

    [Test]
    public void Explains_a_dangling_link()
    {
        Unix.Link(_folder["link"], "none");

        Problem(_folder["link"]).Should().BeApproved();
    }

    [Test]
    public void Explains_a_cycle_of_links()
    {
        File.CreateSymbolicLink(_folder["first"], "second");
        File.CreateSymbolicLink(_folder["second"], "first");

        Problem(_folder["first"]).Should().BeApproved();
    }

    [Test]
    public void Explains_a_folder() => Problem(_folder.Root).Should().BeApproved();

    [Test]
    public void Explains_an_empty_file() => Problem(_folder.Write("file", "")).Should().BeApproved();

    [Test]
    public async Task Does_not_wait_for_the_writer_of_a_pipe()
    {
        var pipe = Unix.CreatePipe(_folder["pipe"]);
        Unix.Link(_folder["link"], pipe);

        foreach (var path in new[] { pipe, _folder["link"] })
        {
            (await Task.Run(() => Problem(path)).WithTimeout()).Should().BeApproved();
            (await Task.Run(() => FileContent.StampOf(path)).WithTimeout()).Should().BeNull();
        }
    }

    [TestCase(1 << 20, true)]
    [TestCase((1 << 20) + 1, false)]
    public void Rejects_a_file_of_more_than_1_MiB(int length, bool isRead)
    {
        File.WriteAllBytes(_folder["file"], new byte[length]);

        var content = FileContent.Read(_folder["file"]);

        content.Bytes.Should().HaveCount(isRead ? length : 0);
        content.Stamp!.Value.Length.Should().Be(length);
        if (!isRead)
        {
            Problem(_folder["file"]).Should().BeApproved();
        }
    }

    [Test]
    public void Names_the_user_that_lacks_the_permission_to_read()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Only on Linux can a test drop its file permissions.");
            return;
        }

        File.SetUnixFileMode(_folder.Write("file", "12345"), UnixFileMode.None);
        File.SetUnixFileMode(_folder.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

        Unix.AsNobody(() => Problem(_folder["file"]).Should().StartWith("cannot be read: permission denied").And.Contain($"'{Environment.UserName}'"));
    }

    private static string Problem(string path)
    {
        var content = FileContent.Read(path);
        var problem = Assert.Throws<FileException>(() => content.Require())!;
        content.Bytes.Should().BeEmpty();
        return $"{problem.Message}. {problem.Fix}";
    }
}
