using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

public sealed class FileStampTests
{
    private static readonly DateTimeOffset Moment = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Is_that_of_the_file_behind_a_link()
    {
        var file = Write("file", "12345", Moment);
        Unix.Link(_folder["second"], file);
        Unix.Link(_folder["first"], "second");

        FileContent.StampOf(_folder["first"]).Should().Be(new FileStamp(Moment, 5));
    }

    [Test]
    public void Is_that_of_the_file_in_a_folder_behind_a_link()
    {
        Write("release/file", "12345", Moment);
        Unix.Link(_folder["current"], "release");

        FileContent.StampOf(_folder["current/file"]).Should().Be(new FileStamp(Moment, 5));
    }

    [Test]
    public void Differs_by_the_time_alone_into_either_direction()
    {
        var stamp = StampOf("12345", Moment);

        StampOf("12345", Moment.AddMilliseconds(1)).Should().NotBe(stamp);
        StampOf("12345", Moment.AddMilliseconds(-1)).Should().NotBe(stamp);
        StampOf("54321", Moment).Should().Be(stamp);
    }

    [Test]
    public void Differs_by_the_length_alone() => StampOf("12345", Moment).Should().NotBe(StampOf("1234", Moment));

    [TestCase("none")]
    [TestCase("empty")]
    [TestCase("folder")]
    public void Is_missing_where_there_is_no_file_to_read(string name)
    {
        _folder.Write("empty", "");
        Directory.CreateDirectory(_folder["folder"]);

        FileContent.StampOf(_folder[name]).Should().BeNull();
    }

    [TestCase(0, ExpectedResult = true)]
    [TestCase(10, ExpectedResult = true)]
    [TestCase(-2, ExpectedResult = true)]
    [TestCase(12, ExpectedResult = true)]
    [TestCase(-3, ExpectedResult = false)]
    [TestCase(13, ExpectedResult = false)]
    public bool Is_near_a_period_if_written_less_than_3_s_before_or_after_it(int seconds) =>
        new FileStamp(Moment.AddSeconds(seconds), 5).IsNear(Moment, Moment.AddSeconds(10), TimeSpan.FromSeconds(3));

    private FileStamp? StampOf(string content, DateTimeOffset time) => FileContent.StampOf(Write("file", content, time));

    private string Write(string name, string content, DateTimeOffset time)
    {
        var path = _folder.Write(name, content);
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        return path;
    }
}
