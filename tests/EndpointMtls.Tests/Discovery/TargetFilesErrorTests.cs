using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>On a clock that a test moves: what stays when files are wrong, and what is said about it.</summary>
public sealed class TargetFilesErrorTests
{
    private const string Stays = "400 Cannot take over the targets of realm 'eu' in 'a.yaml'; 1 from before stay. ";
    private const string Nothing = "400 Cannot take over the targets of realm 'eu' in 'a.yaml'; 0 from before stay. ";
    private const string Missing = "a.yaml: does not exist. Check the path.";
    private const string Recovered = "401 Nothing is wrong any more with 'a.yaml', which lists targets of realm 'eu'.";

    private WatchedTargets _targets = null!;

    [SetUp]
    public void CreateFolder() => _targets = new WatchedTargets();

    [TearDown]
    public void CleanUp() => _targets.Dispose();

    [Test]
    public void A_file_that_is_wrong_from_the_start_has_no_targets_until_it_is_right()
    {
        _targets.Write("a.yaml", "- targets: [a]");
        _targets.Follow("*.yaml");

        _targets.Shown.Should().Be("a.yaml?");
        _targets.Errors.Should().Equal("groups[0].targets[0]: 'a' is not an address: it has no port. Write 'host:port'; there is no default port (a.yaml:1:13).");
        _targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LoadedAt == null && file.ErrorSince == _targets.Time.GetUtcNow());
        _targets.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 400);

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml a:1");
        _targets.Logged.Skip(1).Should().Equal(Recovered, "402 The targets of realm 'eu' in 'a.yaml' have changed: there were 0, there are 1.");
    }

    [Test]
    public void A_file_that_becomes_wrong_keeps_its_targets_and_each_error_is_told_once()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.yaml", "- targets: [b:1]");
        _targets.Follow("*.yaml");
        var loadedAt = _targets.Time.GetUtcNow();

        _targets.Write("a.yaml", "- target: [a:2]");
        _targets.Write("b.yaml", "- targets: [b:2]");
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        var failedAt = _targets.Time.GetUtcNow();
        _targets.Time.Advance(TimeSpan.FromMinutes(10));
        _targets.Write("a.yaml", "");
        _targets.Look();
        _targets.Look();

        _targets.Shown.Should().Be("a.yaml? a:1 | b.yaml b:2");
        _targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LoadedAt == loadedAt && file.ErrorSince == failedAt);
        _targets.Logged.Where(entry => !entry.StartsWith("402", StringComparison.Ordinal)).Should().Equal(
            $"{Stays}groups[0].target: unknown key (a.yaml:1:3). Did you mean 'targets'?",
            $"{Stays}a.yaml: is empty, or is not an ordinary file. Check the path, and what writes the file.");

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml a:1 | b.yaml b:2");
        _targets.Files.Current[0].Should().Match<EndpointMtls.Discovery.TargetFile>(file => file.LoadedAt == loadedAt && file.ErrorSince == null);
        _targets.Logged.Last().Should().Be(Recovered);
    }

    [Test]
    public void A_named_file_that_was_never_there_is_missed_until_it_comes()
    {
        _targets.Follow("a.yaml");
        _targets.Shown.Should().Be("a.yaml?");
        _targets.Errors.Should().Equal(Missing);

        _targets.Look();
        _targets.Logged.Should().Equal(Nothing + Missing);

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml a:1");
    }

    [Test]
    public void A_named_file_that_vanishes_takes_its_targets_with_it()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Follow("a.yaml", "*.yaml");

        File.Delete(_targets.Folder["a.yaml"]);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("a.yaml a:1", "it may be about to come back");

        _targets.Time.Advance(TimeSpan.FromMilliseconds(100));
        _targets.Shown.Should().Be("a.yaml?");
        _targets.Errors.Should().Equal(Missing);
        _targets.Files.Current[0].LoadedAt.Should().BeNull();
        _targets.Logged.Should().Equal(Nothing + Missing, "402 The targets of realm 'eu' in 'a.yaml' have changed: there were 1, there are 0.");
    }

    [TestCase("folder", "a.yaml: is a folder. Give the path of a file.")]
    [TestCase("dangling link", "a.yaml: is a link to a file that does not exist. Check the path.")]
    [TestCase("link to itself", "a.yaml: cannot be read: ")]
    [TestCase("much too large", "a.yaml: is 4,194,305 bytes long. No file here needs more than 4,194,304 bytes: check the path.")]
    public void A_file_that_is_there_and_cannot_be_read_keeps_its_targets(string obstacle, string error)
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Follow("a.yaml");

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
            case "much too large":
                _targets.Write("a.yaml", new string(' ', (4 << 20) + 1));
                break;
        }

        _targets.Look();

        _targets.Shown.Should().Be("a.yaml? a:1");
        _targets.Errors.Single().Should().StartWith(error);
    }

    [Test]
    public void A_file_that_may_not_be_read_keeps_its_targets_and_so_does_a_folder_that_may_not_be_listed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        _targets.Write("in/a.yaml", "- targets: [a:1]");
        _targets.Follow("in/*.yaml");

        File.SetUnixFileMode(_targets.Folder["in"], UnixFileMode.None);
        Unix.AsNobody(_targets.Look);
        File.SetUnixFileMode(_targets.Folder["in"], All);

        _targets.Shown.Should().Be("in/*.yaml? | in/a.yaml? a:1");
        _targets.Errors.Should().Equal(
            $"in/*.yaml: is in a folder that may not be listed. Let the user '{Environment.UserName}' read it.",
            $"in/a.yaml: may not be read. Let the user '{Environment.UserName}' read it.");

        _targets.Look();
        _targets.Shown.Should().Be("in/a.yaml a:1");
        _targets.Logs.Entries.Select(entry => entry.EventId).Should().Equal(400, 400, 401, 401);
    }

    [Test]
    public void A_folder_that_vanishes_takes_its_files_with_it_until_it_comes_back()
    {
        _targets.Write("in/a.yaml", "- targets: [a:1]");
        _targets.Follow("in/*.yaml");

        Directory.Move(_targets.Folder["in"], _targets.Folder["out"]);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("in/a.yaml a:1", "it may be about to come back");
        _targets.Time.Advance(TimeSpan.FromMilliseconds(100));
        _targets.Shown.Should().Be("in/*.yaml?");
        _targets.Errors.Should().Equal("in/*.yaml: is in a folder that does not exist. Create it, or check the path.");

        Directory.Move(_targets.Folder["out"], _targets.Folder["in"]);
        _targets.Look();
        _targets.Shown.Should().Be("in/a.yaml a:1");
    }

    [Test]
    public void A_file_that_does_not_stop_changing_keeps_its_targets_and_is_told_as_such()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Follow("a.yaml");

        _targets.Time.Advance(TimeSpan.FromSeconds(9));
        for (var look = 0; look < 400; look++)
        {
            _targets.Folder.Write("a.yaml", $"- targets: [b:{look + 1}]");
            _targets.SetTime("a.yaml", (_targets.Time.GetUtcNow() + TimeSpan.FromMilliseconds(look == 0 ? 1000 : 100)).UtcDateTime);
            _targets.Time.Advance(TimeSpan.FromMilliseconds(look == 0 ? 1000 : 100));
        }

        _targets.Shown.Should().Be("a.yaml? a:1");
        _targets.Logged.Should().Equal($"{Stays}a.yaml: does not stop changing. Write it to a temporary name first, then rename it.");

        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml a:1", "it is what it was before");
    }

    [Test]
    public void What_is_found_and_what_is_refused_is_counted()
    {
        using var meter = new MeterRecorder(_targets.Name);
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.yaml", "- targets: [b]");
        _targets.Follow("*.yaml");
        _targets.Write("a.yaml", "- targets: [a:2]");
        _targets.Look();

        meter.Of("endpoint_mtls.discovery.updates").Should().Equal(
            (1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=failed"),
            (1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=changed"));
    }
}
