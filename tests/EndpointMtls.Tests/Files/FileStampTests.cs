using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>Stamps of files, and what makes them differ.</summary>
public sealed class FileStampTests
{
    private static readonly DateTimeOffset Moment = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_link_has_the_stamp_of_its_target()
    {
        var file = Write("file", "12345", Moment);
        Unix.Link(_folder["second"], file);
        Unix.Link(_folder["first"], "second");

        FileContent.StampOf(_folder["first"]).Should().Be(new FileStamp(Moment, 5));
    }

    [Test]
    public void A_file_in_a_linked_folder_has_the_stamp_of_the_target()
    {
        Write("release/file", "12345", Moment);
        Unix.Link(_folder["current"], "release");

        FileContent.StampOf(_folder["current/file"]).Should().Be(new FileStamp(Moment, 5));
    }

    [Test]
    public void Differs_for_an_earlier_or_later_time()
    {
        var stamp = StampOf("12345", Moment);

        StampOf("12345", Moment.AddMilliseconds(1)).Should().NotBe(stamp);
        StampOf("12345", Moment.AddMilliseconds(-1)).Should().NotBe(stamp);
        StampOf("54321", Moment).Should().Be(stamp);
    }

    [Test]
    public void Differs_for_another_length() => StampOf("12345", Moment).Should().NotBe(StampOf("1234", Moment));

    [TestCase("none")]
    [TestCase("empty")]
    [TestCase("folder")]
    public void Is_null_if_the_file_cannot_be_read(string name)
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
    public bool IsNear_includes_less_than_3_s_before_and_after(int seconds) =>
        new FileStamp(Moment.AddSeconds(seconds), 5).IsNear(Moment, Moment.AddSeconds(10), TimeSpan.FromSeconds(3));

    private FileStamp? StampOf(string content, DateTimeOffset time) => FileContent.StampOf(Write("file", content, time));

    private string Write(string name, string content, DateTimeOffset time)
    {
        var path = _folder.Write(name, content);
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        return path;
    }
}
