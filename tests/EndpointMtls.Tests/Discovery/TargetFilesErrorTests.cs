using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Invalid target files: which targets remain, and what is logged. Uses a fake clock.</summary>
public sealed class TargetFilesErrorTests
{
    private WatchedTargets _targets = null!;

    [SetUp]
    public void CreateFolder() => _targets = new WatchedTargets();

    [TearDown]
    public void CleanUp() => _targets.Dispose();

    [Test]
    public void A_file_that_is_invalid_at_the_start_has_no_targets_until_it_is_valid()
    {
        _targets.Write("a.yaml", "- targets: [a]");
        _targets.Watch("*.yaml");

        _targets.Shown.Should().Be("a.yaml?");
        _targets.Errors.Should().ContainSingle().Which.Should().StartWith("a.yaml:1:13: groups[0].targets[0]: 'a' ");
        _targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LastSuccess.Value == null && !file.IsUsable);
        _targets.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 400);

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:1");
        _targets.EventIds.Should().Equal(400, 401, 402);
        _targets.Logged.Should().BeApproved();
    }

    [Test]
    public void A_file_that_becomes_invalid_keeps_its_targets_and_logs_each_error_once()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.yaml", "- targets: [b:1]");
        _targets.Watch("*.yaml");
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        var checkedAt = _targets.Time.GetUtcNow();

        _targets.Write("a.yaml", "- target: [a:2]");
        _targets.Write("b.yaml", "- targets: [b:2]");
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Time.Advance(TimeSpan.FromMinutes(10));
        _targets.Write("a.yaml", "");
        _targets.Check();
        _targets.Check();

        _targets.Shown.Should().Be("a.yaml? a:1 | b.yaml b:2");
        _targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LastSuccess.Value == checkedAt && !file.IsUsable);
        _targets.EventIds.Where(id => id != 402).Should().Equal(400, 400);

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:1 | b.yaml b:2");
        _targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LastSuccess.Value > checkedAt && file.IsUsable);
        _targets.EventIds.Last().Should().Be(401);
        _targets.Logged.Where(entry => entry.Contains("'a.yaml'")).Should().BeApproved();
    }

    [Test]
    public void A_configured_file_that_does_not_exist_is_an_error_until_it_is_created()
    {
        _targets.Watch("a.yaml");
        _targets.Shown.Should().Be("a.yaml?");
        _targets.Errors.Should().BeApproved();

        _targets.Check();
        _targets.EventIds.Should().Equal(400);
        _targets.Logged.Should().BeApproved();

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:1");
    }

    [Test]
    public void A_configured_file_that_is_deleted_loses_its_targets()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Watch("a.yaml", "*.yaml");
        var checkedAt = _targets.Time.GetUtcNow();

        File.Delete(_targets.Folder["a.yaml"]);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("a.yaml a:1", "the quiet period has not ended");

        _targets.Time.Advance(TimeSpan.FromMilliseconds(100));
        _targets.Shown.Should().Be("a.yaml? | *.yaml?");
        _targets.Files.Current[0].LastSuccess.Value.Should().Be(checkedAt);
        _targets.EventIds.Should().Equal(400, 402, 400);
        _targets.Logged.Should().BeApproved();
    }

    [TestCase("folder")]
    [TestCase("dangling link")]
    [TestCase("link to itself")]
    [TestCase("too large")]
    public void A_file_that_exists_and_cannot_be_read_keeps_its_targets(string obstacle)
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Watch("a.yaml");

        File.Delete(_targets.Folder["a.yaml"]);
        switch (obstacle)
        {
            case "folder":
                Directory.CreateDirectory(_targets.Folder["a.yaml"]);
                break;
            case "dangling link":
                File.CreateSymbolicLink(_targets.Folder["a.yaml"], "nothing");
                break;
            case "link to itself":
                File.CreateSymbolicLink(_targets.Folder["a.yaml"], "a.yaml");
                break;
            case "too large":
                _targets.Write("a.yaml", new string(' ', (4 << 20) + 1));
                break;
        }

        _targets.Check();

        _targets.Shown.Should().Be("a.yaml? a:1");
        _targets.Errors.Should().BeApproved();
    }

    [Test]
    public void Files_keep_their_targets_without_permission_to_read_them_and_their_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        _targets.Write("in/a.yaml", "- targets: [a:1]");
        _targets.Watch("in/*.yaml");

        File.SetUnixFileMode(_targets.Folder["in"], UnixFileMode.None);
        Unix.AsNobody(_targets.Check);
        File.SetUnixFileMode(_targets.Folder["in"], All);

        _targets.Shown.Should().Be("in/*.yaml? | in/a.yaml? a:1");
        _targets.Errors.Should().HaveCount(2).And.OnlyContain(error => error.Contains("'USER'"));

        _targets.Check();
        _targets.Shown.Should().Be("in/a.yaml a:1");
        _targets.EventIds.Should().Equal(400, 400, 401, 401);
        _targets.Logged.Should().BeApproved();
    }

    [Test]
    public void A_folder_that_is_moved_away_loses_its_files_until_it_returns()
    {
        _targets.Write("in/a.yaml", "- targets: [a:1]");
        _targets.Watch("in/*.yaml");

        Directory.Move(_targets.Folder["in"], _targets.Folder["out"]);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("in/a.yaml a:1", "the quiet period has not ended");
        _targets.Time.Advance(TimeSpan.FromMilliseconds(100));
        _targets.Shown.Should().Be("in/*.yaml?");
        _targets.Errors.Should().BeApproved();

        Directory.Move(_targets.Folder["out"], _targets.Folder["in"]);
        _targets.Check();
        _targets.Shown.Should().Be("in/a.yaml a:1");
    }

    [Test]
    public void A_file_that_does_not_stop_changing_keeps_its_targets_and_is_an_error()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Watch("a.yaml");

        _targets.Time.Advance(TimeSpan.FromSeconds(9));
        for (var write = 0; write < 400; write++)
        {
            _targets.Folder.Write("a.yaml", $"- targets: [b:{write + 1}]");
            _targets.SetTime("a.yaml", (_targets.Time.GetUtcNow() + TimeSpan.FromMilliseconds(write == 0 ? 1000 : 100)).UtcDateTime);
            _targets.Time.Advance(TimeSpan.FromMilliseconds(write == 0 ? 1000 : 100));
        }

        _targets.Shown.Should().Be("a.yaml? a:1");
        _targets.EventIds.Should().Equal(400);
        _targets.Logged.Should().BeApproved();

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:1", "its content is the same as before");
    }

    [Test]
    public void A_pattern_that_matches_no_file_is_an_error_until_it_does()
    {
        _targets.Watch("*.yaml");
        _targets.Check();
        _targets.Shown.Should().Be("*.yaml?");
        _targets.EventIds.Should().Equal(400);

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:1");
        _targets.EventIds.Should().Equal(400, 401, 402);
        _targets.Logged.Should().BeApproved();
    }

    [Test]
    public void Counts_changes_and_errors()
    {
        using var meter = new MeterRecorder(_targets.Name);
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.yaml", "- targets: [b]");
        _targets.Watch("*.yaml");
        _targets.Write("a.yaml", "- targets: [a:2]");
        _targets.Check();

        meter.Of("endpoint_mtls.discovery.updates").Should().Equal(
            (1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=failed"),
            (1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=changed"));
    }
}
