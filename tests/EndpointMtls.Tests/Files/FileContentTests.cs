using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

public sealed class FileContentTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Is_the_bytes_of_the_file_and_its_stamp()
    {
        var path = _folder.Write("file", "12345");

        var content = FileContent.Read(path);

        content.Require().Should().Equal("12345"u8.ToArray());
        content.Stamp.Should().Be(FileContent.StampOf(path)).And.NotBeNull();
        content.Problem.Should().BeNull();
    }

    [Test]
    public void Is_read_while_somebody_else_has_the_file_open_for_writing()
    {
        using var writer = new FileStream(_folder["file"], FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        writer.Write("12345"u8);
        writer.Flush();

        FileContent.Read(_folder["file"]).Require().Should().HaveCount(5);
    }

    [Test]
    public void Does_not_keep_the_file_open()
    {
        FileContent.Read(_folder.Write("file", "12345"));

        using var exclusive = new FileStream(_folder["file"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Test]
    public void Of_a_missing_file_says_so() => Problem(_folder["none"]).Should().Be("does not exist. Check the path");

    [Test]
    public void Of_a_file_in_a_missing_folder_says_so() => Problem(_folder["none/none"]).Should().Be("does not exist. Check the path");

    [Test]
    public void Of_a_link_into_the_void_says_that_there_is_no_file()
    {
        Unix.Link(_folder["link"], "none");

        Problem(_folder["link"]).Should().Be("does not exist. Check the path");
    }

    [Test]
    public void Of_links_in_a_circle_says_that_it_cannot_be_read()
    {
        File.CreateSymbolicLink(_folder["first"], "second");
        File.CreateSymbolicLink(_folder["second"], "first");

        Problem(_folder["first"]).Should().StartWith("cannot be read: ").And.EndWith(". Check that it is an ordinary file, and the disk it is on");
    }

    [Test]
    public void Of_a_folder_says_so() => Problem(_folder.Root).Should().Be("is a folder. Give the path of a file");

    [Test]
    public void Of_an_empty_file_says_so() =>
        Problem(_folder.Write("file", "")).Should().Be("is empty, or is not an ordinary file. Check the path, and what writes the file");

    [Test]
    public async Task Of_a_pipe_does_not_wait_for_a_writer()
    {
        var pipe = Unix.CreatePipe(_folder["pipe"]);
        Unix.Link(_folder["link"], pipe);

        foreach (var path in new[] { pipe, _folder["link"] })
        {
            (await Task.Run(() => Problem(path)).WithTimeout()).Should().StartWith("is empty, or is not an ordinary file.");
            (await Task.Run(() => FileContent.StampOf(path)).WithTimeout()).Should().BeNull();
        }
    }

    [TestCase(1 << 20, true)]
    [TestCase((1 << 20) + 1, false)]
    public void Is_no_more_than_a_megabyte(int length, bool isRead)
    {
        File.WriteAllBytes(_folder["file"], new byte[length]);

        var content = FileContent.Read(_folder["file"]);

        content.Bytes.Should().HaveCount(isRead ? length : 0);
        content.Stamp!.Value.Length.Should().Be(length);
        if (!isRead)
        {
            Problem(_folder["file"]).Should().Be("is 1,048,577 bytes long. No file here needs more than 1,048,576 bytes: check the path");
        }
    }

    [Test]
    public void Of_a_file_that_may_not_be_read_says_whom_to_let()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Rights to files can be given up on Linux only.");
            return;
        }

        File.SetUnixFileMode(_folder.Write("file", "12345"), UnixFileMode.None);
        File.SetUnixFileMode(_folder.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

        Unix.AsNobody(() => Problem(_folder["file"]).Should().Be($"may not be read. Let the user '{Environment.UserName}' read it"));
    }

    private static string Problem(string path)
    {
        var content = FileContent.Read(path);
        var problem = Assert.Throws<FileException>(() => content.Require())!;
        content.Bytes.Should().BeEmpty();
        return $"{problem.Message}. {problem.Fix}";
    }
}
