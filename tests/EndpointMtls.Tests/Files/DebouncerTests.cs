using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Files;

/// <summary>A file written in pieces can look whole between two of them.</summary>
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
    public void A_change_counts_once_it_has_been_seen_the_same_for_as_long_as_it_must_stand()
    {
        Write("file", "new");

        LookAfter(0).IsChanging.Should().BeTrue();
        LookAfter(99).Should().Be(new FileCheck(IsChanging: true));
        LookAfter(1).HasChanged.Should().BeTrue();
        LookAfter(0).HasChanged.Should().BeFalse();
    }

    [Test]
    public void A_change_that_has_stood_already_counts_at_once()
    {
        Write("file", "new", FileMonitor.QuietPeriod);

        LookAfter(0).HasChanged.Should().BeTrue();
    }

    [Test]
    public void Another_change_begins_the_wait_anew()
    {
        Write("file", "half");
        LookAfter(0).IsChanging.Should().BeTrue();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Write("file", "half and half");

        LookAfter(1).IsChanging.Should().BeTrue();
        LookAfter(98).IsChanging.Should().BeTrue();
        LookAfter(2).Content![_folder["file"]].Bytes.Should().Equal("half and half"u8.ToArray());
    }

    [Test]
    public void One_young_file_holds_back_the_whole_set()
    {
        Write("ca/a.crt", "A", Old);
        Write("file", "new");

        LookAfter(0).Should().Be(new FileCheck(IsChanging: true));
    }

    [Test]
    public void The_same_content_needs_no_wait()
    {
        Write("file", "old");

        LookAfter(0).Should().Match<FileCheck>(check => !check.IsChanging && !check.HasChanged);
    }

    [Test]
    public void A_change_that_went_back_is_forgotten()
    {
        Write("file", "half");
        LookAfter(0).IsChanging.Should().BeTrue();
        Write("file", "old");
        LookAfter(60).HasChanged.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Write("file", "half");

        LookAfter(0).IsChanging.Should().BeTrue();
    }

    [Test]
    public void A_change_that_went_back_beneath_the_old_stamp_is_forgotten()
    {
        Write("file", "half");
        LookAfter(0).IsChanging.Should().BeTrue();
        Write("file", "old", Old);
        LookAfter(60).HasChanged.Should().BeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Write("file", "half");

        LookAfter(0).IsChanging.Should().BeTrue();
    }

    [Test]
    public void A_file_taken_out_of_a_folder_may_be_about_to_come_back()
    {
        File.Delete(_folder["ca/b.crt"]);

        LookAfter(0).IsChanging.Should().BeTrue();
        LookAfter(100).HasChanged.Should().BeTrue();
    }

    [Test]
    public void A_file_written_during_a_stall_is_not_settled([Range(1, 5)] int read)
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
        _time.OnRead.Should().BeNull("the stall happened");
    }

    [Test]
    public void A_file_is_not_settled_when_the_clock_is_set_back_while_it_is_read([Range(1, 5)] int read)
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
    public void A_new_file_is_as_old_as_it_was_when_it_was_read()
    {
        Write("file", "half");
        var content = new FileSet([_folder["file"]], []).Read(_time);
        _time.Advance(FileMonitor.QuietPeriod);

        new Debouncer(_time).Accepts(content).Should().BeFalse();
    }

    [Test]
    public void A_new_file_counts_once_it_has_been_read_the_same_for_as_long_as_it_must_stand()
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
    public void Files_that_change_while_they_are_read_begin_the_wait_anew()
    {
        var debouncer = new Debouncer(_time);

        debouncer.Accepts(Read(isMoving: false)).Should().BeFalse();
        _time.Advance(FileMonitor.QuietPeriod);
        debouncer.Accepts(Read(isMoving: true)).Should().BeFalse("the same content may be half of the next");
        _time.Advance(FileMonitor.QuietPeriod);
        debouncer.Accepts(Read(isMoving: false)).Should().BeTrue();

        FileSetContent Read(bool isMoving)
        {
            Write("file", "new");
            var content = new FileSet([_folder["file"]], []).Read(_time)[_folder["file"]];
            return new FileSetContent([(_folder["file"], content)], isMoving, _time.GetTimestamp(), _time.GetUtcNow(), _time.GetUtcNow());
        }
    }

    [Test]
    public void The_first_reading_is_tried_again_while_a_writer_is_at_work_and_the_files_do_not_fit()
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
    public void The_first_reading_gives_up_at_once_where_no_writer_can_be_and_soon_where_one_may()
    {
        var attempts = 0;

        Create(_time, _ => ++attempts == 0);
        attempts.Should().Be(1);

        Write("file", "half");
        Create(_time, _ => ++attempts == 0);
        attempts.Should().Be(4);
    }

    private FileMonitor Create(TimeProvider time, Func<FileSetContent, bool>? fits = null)
    {
        var monitor = new FileMonitor(new FileSet([_folder["file"]], [_folder["ca"]]), time);
        monitor.ReadFirst(fits ?? (_ => true));
        return monitor;
    }

    private FileCheck LookAfter(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return _monitor.Check(force: false);
    }

    private void Write(string name, string content, TimeSpan age = default) =>
        File.SetLastWriteTimeUtc(_folder.Write(name, content), (_time.GetUtcNow() - age).UtcDateTime);
}
