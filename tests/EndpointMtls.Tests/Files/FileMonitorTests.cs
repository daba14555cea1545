using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.Files;

/// <summary>When files are read again, and when what is read counts as a change.</summary>
public sealed class FileMonitorTests
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private TempFolder _folder = null!;
    private FakeTimeProvider _time = null!;
    private FileMonitor _monitor = null!;

    [SetUp]
    public void ReadFirst()
    {
        _folder = new TempFolder();
        _time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Write("aaaa", Old);
        _monitor = new FileMonitor(new FileSet([_folder["file"]], []), _time);
        _monitor.ReadFirst(_ => true);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void An_old_file_with_its_old_stamp_is_not_read() => Look().Should().Be(new FileCheck());

    [Test]
    public void Another_time_is_enough_to_read_the_file_and_the_same_content_no_change()
    {
        SetAge(Old + TimeSpan.FromSeconds(1));

        Look().Should().Match<FileCheck>(check => check.Content != null && !check.HasChanged && !check.IsChanging);
        Look().Should().Be(new FileCheck());
    }

    [TestCase("bbbb", 7200, TestName = "An_older_file_put_in_place_is_a_change")]
    [TestCase("bbbb", 1800, TestName = "A_younger_file_is_a_change")]
    [TestCase("bbb", 3600, TestName = "Another_length_is_a_change_at_the_same_time")]
    public void Another_stamp_is_a_change(string content, int age)
    {
        Write(content, TimeSpan.FromSeconds(age));

        Look().HasChanged.Should().BeTrue();
        Look().Should().Be(new FileCheck());
    }

    [Test]
    public void A_missing_file_is_a_change_once_it_has_been_missing_for_a_while()
    {
        File.Delete(_folder["file"]);

        Look().IsChanging.Should().BeTrue();
        LookAfter(FileMonitor.QuietPeriod).HasChanged.Should().BeTrue();
    }

    [Test]
    public void A_file_written_again_beneath_its_stamp_is_found_after_five_minutes_and_not_before()
    {
        Write("bbbb", Old);

        LookAfter(TimeSpan.FromSeconds(299)).Should().Be(new FileCheck());
        SetAge(Old + TimeSpan.FromSeconds(299));
        LookAfter(TimeSpan.FromSeconds(1)).HasChanged.Should().BeTrue();
    }

    [Test]
    public void Reading_all_files_again_begins_the_five_minutes_anew()
    {
        LookAfter(TimeSpan.FromSeconds(300)).Content.Should().NotBeNull();

        LookAfter(TimeSpan.FromSeconds(299)).Content.Should().BeNull();
        LookAfter(TimeSpan.FromSeconds(1)).Content.Should().NotBeNull();
    }

    [Test]
    public void Force_reads_the_file_whatever_its_stamp_says()
    {
        Write("bbbb", Old);

        _monitor.Check(force: true).HasChanged.Should().BeTrue();
    }

    [TestCase(1999, true)]
    [TestCase(2000, false)]
    public void A_stamp_proves_nothing_for_two_seconds(int ageWhenRead, bool isReadAgain)
    {
        Write("bbbb", TimeSpan.FromMilliseconds(ageWhenRead));
        Look().HasChanged.Should().BeTrue();

        Write("cccc", TimeSpan.FromMilliseconds(ageWhenRead));

        Look().HasChanged.Should().Be(isReadAgain);
    }

    [Test]
    public void A_stamp_proves_nothing_after_a_first_reading_that_was_too_early()
    {
        Write("bbbb", TimeSpan.FromSeconds(1));
        _monitor.ReadFirst(_ => true);
        Write("cccc", TimeSpan.FromSeconds(1));

        LookAfter(TimeSpan.FromDays(1)).HasChanged.Should().BeTrue();
    }

    [Test]
    public void A_time_that_lies_ahead_is_as_doubtful_as_a_recent_one()
    {
        Write("bbbb", -TimeSpan.FromMilliseconds(50));

        Look().IsChanging.Should().BeTrue();
    }

    private FileCheck Look() => _monitor.Check(force: false);

    private FileCheck LookAfter(TimeSpan span)
    {
        _time.Advance(span);
        return Look();
    }

    private void Write(string content, TimeSpan age)
    {
        _folder.Write("file", content);
        SetAge(age);
    }

    private void SetAge(TimeSpan age) => File.SetLastWriteTimeUtc(_folder["file"], (_time.GetUtcNow() - age).UtcDateTime);
}
