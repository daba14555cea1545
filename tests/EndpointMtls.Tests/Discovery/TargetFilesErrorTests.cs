using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Invalid target files: which targets remain, and what is logged. Uses a fake clock.</summary>
public sealed class TargetFilesErrorTests : TargetFilesFixture
{
    [Test]
    public void A_file_that_is_invalid_at_the_start_has_no_targets_until_it_is_valid()
    {
        Targets.Write("a.yaml", "- targets: [a]");
        Targets.Watch("*.yaml");

        Targets.Shown.Should().Be("a.yaml?");
        Targets.Errors.Should().ContainSingle().Which.Should().StartWith("a.yaml:1:13: groups[0].targets[0]: 'a' ");
        Targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LastSuccess.Value == null && !file.IsUsable);
        Targets.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 400);

        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1");
        Targets.EventIds.Should().Equal(400, 401, 402);
        Targets.Logged.Should().BeApproved();
    }

    [Test]
    public void A_file_that_becomes_invalid_keeps_its_targets_and_logs_each_error_once()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Write("b.yaml", "- targets: [b:1]");
        Targets.Watch("*.yaml");
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        var checkedAt = Targets.Time.GetUtcNow();

        Targets.Write("a.yaml", "- target: [a:2]");
        Targets.Write("b.yaml", "- targets: [b:2]");
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Time.Advance(TimeSpan.FromMinutes(10));
        Targets.Write("a.yaml", "");
        Targets.Check();
        Targets.Check();

        Targets.Shown.Should().Be("a.yaml? a:1 | b.yaml b:2");
        Targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LastSuccess.Value == checkedAt && !file.IsUsable);
        Targets.EventIds.Where(id => id != 402).Should().Equal(400, 400);

        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1 | b.yaml b:2");
        Targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LastSuccess.Value > checkedAt && file.IsUsable);
        Targets.EventIds.Last().Should().Be(401);
        Targets.Logged.Where(entry => entry.Contains("'a.yaml'")).Should().BeApproved();
    }

    [Test]
    public void A_configured_file_that_does_not_exist_is_an_error_until_it_is_created()
    {
        Targets.Watch("a.yaml");
        Targets.Shown.Should().Be("a.yaml?");
        Targets.Errors.Should().BeApproved();

        Targets.Check();
        Targets.EventIds.Should().Equal(400);
        Targets.Logged.Should().BeApproved();

        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1");
    }

    [Test]
    public void A_configured_file_that_is_deleted_loses_its_targets()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("a.yaml", "*.yaml");
        var checkedAt = Targets.Time.GetUtcNow();

        File.Delete(Targets.Folder["a.yaml"]);
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Shown.Should().Be("a.yaml a:1", "the quiet period has not ended");

        Targets.Time.Advance(TimeSpan.FromMilliseconds(100));
        Targets.Shown.Should().Be("a.yaml? | *.yaml?");
        Targets.Files.Current[0].LastSuccess.Value.Should().Be(checkedAt);
        Targets.EventIds.Should().Equal(400, 402, 400);
        Targets.Logged.Should().BeApproved();
    }

    [TestCase("folder")]
    [TestCase("dangling link")]
    [TestCase("link to itself")]
    [TestCase("too large")]
    public void A_file_that_exists_and_cannot_be_read_keeps_its_targets(string obstacle)
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("a.yaml");

        File.Delete(Targets.Folder["a.yaml"]);
        switch (obstacle)
        {
            case "folder":
                Directory.CreateDirectory(Targets.Folder["a.yaml"]);
                break;
            case "dangling link":
                File.CreateSymbolicLink(Targets.Folder["a.yaml"], "nothing");
                break;
            case "link to itself":
                File.CreateSymbolicLink(Targets.Folder["a.yaml"], "a.yaml");
                break;
            case "too large":
                Targets.Write("a.yaml", new string(' ', (4 << 20) + 1));
                break;
        }

        Targets.Check();

        Targets.Shown.Should().Be("a.yaml? a:1");
        Targets.Errors.Should().BeApproved();
    }

    [Test]
    public void Files_keep_their_targets_without_permission_to_read_them_and_their_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Targets.Write("in/a.yaml", "- targets: [a:1]");
        Targets.Watch("in/*.yaml");

        File.SetUnixFileMode(Targets.Folder["in"], UnixFileMode.None);
        Unix.AsNobody(Targets.Check);
        File.SetUnixFileMode(Targets.Folder["in"], All);

        Targets.Shown.Should().Be("in/*.yaml? | in/a.yaml? a:1");
        Targets.Errors.Should().HaveCount(2).And.OnlyContain(error => error.Contains("'USER'"));

        Targets.Check();
        Targets.Shown.Should().Be("in/a.yaml a:1");
        Targets.EventIds.Should().Equal(400, 400, 401, 401);
        Targets.Logged.Should().BeApproved();
    }

    [Test]
    public void A_folder_that_is_moved_away_loses_its_files_until_it_returns()
    {
        Targets.Write("in/a.yaml", "- targets: [a:1]");
        Targets.Watch("in/*.yaml");

        Directory.Move(Targets.Folder["in"], Targets.Folder["out"]);
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Shown.Should().Be("in/a.yaml a:1", "the quiet period has not ended");
        Targets.Time.Advance(TimeSpan.FromMilliseconds(100));
        Targets.Shown.Should().Be("in/*.yaml?");
        Targets.Errors.Should().BeApproved();

        Directory.Move(Targets.Folder["out"], Targets.Folder["in"]);
        Targets.Check();
        Targets.Shown.Should().Be("in/a.yaml a:1");
    }

    [Test]
    public void A_file_that_does_not_stop_changing_keeps_its_targets_and_is_an_error()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("a.yaml");

        Targets.Time.Advance(TimeSpan.FromSeconds(9));
        for (var write = 0; write < 400; write++)
        {
            Targets.Folder.Write("a.yaml", $"- targets: [b:{write + 1}]");
            Targets.SetTime("a.yaml", (Targets.Time.GetUtcNow() + TimeSpan.FromMilliseconds(write == 0 ? 1000 : 100)).UtcDateTime);
            Targets.Time.Advance(TimeSpan.FromMilliseconds(write == 0 ? 1000 : 100));
        }

        Targets.Shown.Should().Be("a.yaml? a:1");
        Targets.EventIds.Should().Equal(400);
        Targets.Logged.Should().BeApproved();

        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1", "its content is the same as before");
    }

    [Test]
    public void A_pattern_that_matches_no_file_is_an_error_until_it_does()
    {
        Targets.Watch("*.yaml");
        Targets.Check();
        Targets.Shown.Should().Be("*.yaml?");
        Targets.EventIds.Should().Equal(400);

        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1");
        Targets.EventIds.Should().Equal(400, 401, 402);
        Targets.Logged.Should().BeApproved();
    }

    [Test]
    public void Counts_changes_and_errors()
    {
        using var meter = new MeterRecorder(Targets.Name);
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Write("b.yaml", "- targets: [b]");
        Targets.Watch("*.yaml");
        Targets.Write("a.yaml", "- targets: [a:2]");
        Targets.Check();

        meter.Of("endpoint_mtls.discovery.updates").Should().Equal(
            (1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=failed"),
            (1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=changed"));
    }
}
