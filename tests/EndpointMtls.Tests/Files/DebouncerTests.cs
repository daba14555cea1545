using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>A change is reported after a quiet period, because a file that is still being written may look complete.</summary>
public sealed class DebouncerTests
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private TempFolder _folder = null!;
    private TestTimeProvider _time = null!;
    private FileMonitor _monitor = null!;

    [SetUp]
    public void ReadFirst()
    {
        _folder = new TempFolder();
        _time = new TestTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Write("file", "old", Old);
        Write("ca/a.crt", "a", Old);
        Write("ca/b.crt", "b", Old);
        _monitor = Create(_time);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Reports_a_change_that_stays_the_same_for_the_quiet_period()
    {
        Write("file", "new");

        CheckAfter(0).IsChanging.Should().BeTrue();
        CheckAfter(99).Should().Be(new FileCheck(IsChanging: true));
        CheckAfter(1).HasChanged.Should().BeTrue();
        CheckAfter(0).HasChanged.Should().BeFalse();
    }

    [Test]
    public void Reports_a_change_immediately_if_it_is_older_than_the_quiet_period()
    {
        Write("file", "new", FileMonitor.QuietPeriod);

        CheckAfter(0).HasChanged.Should().BeTrue();
    }

    [Test]
    public void A_further_change_restarts_the_quiet_period()
    {
        Write("file", "half");
        CheckAfter(0).IsChanging.Should().BeTrue();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Write("file", "half and half");

        CheckAfter(1).IsChanging.Should().BeTrue();
        CheckAfter(98).IsChanging.Should().BeTrue();
        CheckAfter(2).Content![_folder["file"]].Bytes.Should().Equal("half and half"u8.ToArray());
    }

    [Test]
    public void One_young_file_delays_the_whole_set()
    {
        Write("ca/a.crt", "A", Old);
        Write("file", "new");

        CheckAfter(0).Should().Be(new FileCheck(IsChanging: true));
    }

    [Test]
    public void Reports_no_change_for_the_same_content()
    {
        Write("file", "old");

        CheckAfter(0).Should().Match<FileCheck>(check => !check.IsChanging && !check.HasChanged);
    }

    [Test]
    public void Discards_a_pending_change_that_is_reverted()
    {
        Write("file", "half");
        CheckAfter(0).IsChanging.Should().BeTrue();
        Write("file", "old");
        CheckAfter(60).HasChanged.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Write("file", "half");

        CheckAfter(0).IsChanging.Should().BeTrue();
    }

    [Test]
    public void Discards_a_pending_change_that_is_reverted_with_the_old_stamp()
    {
        Write("file", "half");
        CheckAfter(0).IsChanging.Should().BeTrue();
        Write("file", "old", Old);
        CheckAfter(60).HasChanged.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Write("file", "half");

        CheckAfter(0).IsChanging.Should().BeTrue();
    }

    [Test]
    public void Waits_for_the_quiet_period_after_a_file_is_removed_from_a_folder()
    {
        File.Delete(_folder["ca/b.crt"]);

        CheckAfter(0).IsChanging.Should().BeTrue();
        CheckAfter(100).HasChanged.Should().BeTrue();
    }

    [Test]
    public void Does_not_report_a_file_that_is_written_during_a_pause_of_the_read([Range(1, 5)] int read)
    {
        Write("file", "half");
        _time.OnRead = () =>
        {
            if (--read == 0)
            {
                _time.OnRead = null;
                _time.Advance(TimeSpan.FromSeconds(1));
                Write("file", "half and half");
            }
        };

        var check = _monitor.Check(force: false);

        check.HasChanged.Should().BeFalse();
        _time.OnRead.Should().BeNull("the pause happened");
    }

    [Test]
    public void Does_not_report_a_young_file_if_the_clock_is_set_back_during_the_read([Range(1, 5)] int read)
    {
        Write("file", "half");
        _time.OnRead = () =>
        {
            if (--read == 0)
            {
                _time.OnRead = null;
                _time.StepClock(TimeSpan.FromHours(-1));
            }
        };

        var check = _monitor.Check(force: false);

        check.HasChanged.Should().BeFalse();
        _time.OnRead.Should().BeNull("the clock was set back");
    }

    [Test]
    public void The_age_of_a_file_is_its_age_at_the_read()
    {
        Write("file", "half");
        var content = new FileSet([_folder["file"]], []).Read(_time);
        _time.Advance(FileMonitor.QuietPeriod);

        new Debouncer(_time).Accepts(content).Should().BeFalse();
    }

    [Test]
    public void Accepts_a_young_file_that_is_read_unchanged_for_the_quiet_period()
    {
        var debouncer = new Debouncer(_time);
        var files = new FileSet([_folder["file"]], []);
        Write("file", "new");

        debouncer.Accepts(files.Read(_time)).Should().BeFalse();
        Write("file", "new");
        var early = files.Read(_time);
        _time.Advance(FileMonitor.QuietPeriod);
        debouncer.Accepts(early).Should().BeFalse();
        Write("file", "new");
        debouncer.Accepts(files.Read(_time)).Should().BeTrue();
    }

    [Test]
    public void A_change_during_the_read_restarts_the_quiet_period()
    {
        var debouncer = new Debouncer(_time);

        debouncer.Accepts(Read(changedDuringRead: false)).Should().BeFalse();
        _time.Advance(FileMonitor.QuietPeriod);
        debouncer.Accepts(Read(changedDuringRead: true)).Should().BeFalse("the content may be incomplete");
        _time.Advance(FileMonitor.QuietPeriod);
        debouncer.Accepts(Read(changedDuringRead: false)).Should().BeTrue();

        FileSetContent Read(bool changedDuringRead)
        {
            Write("file", "new");
            var content = new FileSet([_folder["file"]], []).Read(_time)[_folder["file"]];
            return new FileSetContent(
                [(new FileSource(_folder["file"]), content)], changedDuringRead, _time.GetTimestamp(), _time.GetUtcNow(), _time.GetUtcNow());
        }
    }

    [Test]
    public void The_first_read_is_repeated_while_young_files_are_unusable()
    {
        Write("file", "half");
        var attempts = 0;

        var content = Create(_time, content =>
        {
            if (++attempts == 1)
            {
                Write("file", "whole");
                return false;
            }

            return true;
        });

        attempts.Should().Be(2);
        content.Stamps.Should().HaveCount(3);
    }

    [Test]
    public void The_first_read_is_tried_once_for_old_files_and_three_times_for_young_ones()
    {
        var attempts = 0;

        Create(_time, _ => ++attempts == 0);
        attempts.Should().Be(1);

        Write("file", "half");
        Create(_time, _ => ++attempts == 0);
        attempts.Should().Be(4);
    }

    private FileMonitor Create(TimeProvider time, Func<FileSetContent, bool>? isUsable = null)
    {
        var monitor = new FileMonitor(new FileSet([_folder["file"]], [_folder["ca"]]), time);
        monitor.ReadFirst(isUsable ?? (_ => true));
        return monitor;
    }

    private FileCheck CheckAfter(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return _monitor.Check(force: false);
    }

    private void Write(string name, string content, TimeSpan age = default) =>
        File.SetLastWriteTimeUtc(_folder.Write(name, content), (_time.GetUtcNow() - age).UtcDateTime);
}
