using EndpointMtls.Files;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.Files;

/// <summary>When files are read again, and when a change is reported.</summary>
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
    public void Does_not_read_an_old_file_with_the_same_stamp() => Check().Should().Be(new FileCheck());

    [Test]
    public void Reads_a_file_with_another_time_and_reports_no_change_for_the_same_content()
    {
        SetAge(Old + TimeSpan.FromSeconds(1));

        Check().Should().Match<FileCheck>(check => check.Content != null && !check.HasChanged && !check.IsChanging);
        Check().Should().Be(new FileCheck());
    }

    [TestCase("bbbb", 7200, TestName = "Reports_a_change_to_an_older_file")]
    [TestCase("bbbb", 1800, TestName = "Reports_a_change_to_a_newer_file")]
    [TestCase("bbb", 3600, TestName = "Reports_a_change_of_the_length_with_the_same_time")]
    public void Reports_a_change_of_the_stamp(string content, int age)
    {
        Write(content, TimeSpan.FromSeconds(age));

        Check().HasChanged.Should().BeTrue();
        Check().Should().Be(new FileCheck());
    }

    [Test]
    public void Reports_a_missing_file_after_the_quiet_period()
    {
        File.Delete(_folder["file"]);

        Check().IsChanging.Should().BeTrue();
        CheckAfter(FileMonitor.QuietPeriod).HasChanged.Should().BeTrue();
    }

    [Test]
    public void Detects_a_change_without_a_new_stamp_after_five_minutes()
    {
        Write("bbbb", Old);

        CheckAfter(TimeSpan.FromSeconds(299)).Should().Be(new FileCheck());
        SetAge(Old + TimeSpan.FromSeconds(299));
        CheckAfter(TimeSpan.FromSeconds(1)).HasChanged.Should().BeTrue();
    }

    [Test]
    public void Reads_files_with_the_same_stamp_every_five_minutes()
    {
        CheckAfter(TimeSpan.FromSeconds(300)).Content.Should().NotBeNull();

        CheckAfter(TimeSpan.FromSeconds(299)).Content.Should().BeNull();
        CheckAfter(TimeSpan.FromSeconds(1)).Content.Should().NotBeNull();
    }

    [Test]
    public void Force_reads_a_file_with_the_same_stamp()
    {
        Write("bbbb", Old);

        _monitor.Check(force: true).HasChanged.Should().BeTrue();
    }

    [TestCase(1999, true)]
    [TestCase(2000, false)]
    public void Does_not_trust_stamps_younger_than_two_seconds(int ageWhenRead, bool isReadAgain)
    {
        Write("bbbb", TimeSpan.FromMilliseconds(ageWhenRead));
        Check().HasChanged.Should().BeTrue();

        Write("cccc", TimeSpan.FromMilliseconds(ageWhenRead));

        Check().HasChanged.Should().Be(isReadAgain);
    }

    [Test]
    public void Does_not_trust_a_young_stamp_of_the_first_read()
    {
        Write("bbbb", TimeSpan.FromSeconds(1));
        _monitor.ReadFirst(_ => true);
        Write("cccc", TimeSpan.FromSeconds(1));

        CheckAfter(TimeSpan.FromDays(1)).HasChanged.Should().BeTrue();
    }

    [Test]
    public void A_file_time_in_the_near_future_counts_as_young()
    {
        Write("bbbb", -TimeSpan.FromMilliseconds(50));

        Check().IsChanging.Should().BeTrue();
    }

    private FileCheck Check() => _monitor.Check(force: false);

    private FileCheck CheckAfter(TimeSpan span)
    {
        _time.Advance(span);
        return Check();
    }

    private void Write(string content, TimeSpan age)
    {
        _folder.Write("file", content);
        SetAge(age);
    }

    private void SetAge(TimeSpan age) => File.SetLastWriteTimeUtc(_folder["file"], (_time.GetUtcNow() - age).UtcDateTime);
}
