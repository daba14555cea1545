using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>What the demo does when a store stops, and what it removes when it stops.</summary>
public sealed partial class DemoEndingTests
{
    [Test]
    public async Task A_stopped_strict_store_is_shown_as_down_and_missing_from_answers()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();

        Kill(querier.Stores["us"]);
        var store = await Eventually.Async(() => querier.GetStoreAsync("remote-us"), found => (string?)found["reason"] == "Refused");
        var (values, warnings) = await querier.QueryAsync("up");
        var strictly = await querier.GetAsync("/api/v1/query?query=up&partial_response=false");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)store["state"]!, Is.EqualTo("DOWN"));
            Assert.That((string?)store["reason"], Is.EqualTo("Refused"));
            Assert.That((string?)store["lastError"], Does.Contain("the connection was refused"));
            Assert.That(values.Keys, Does.Contain("local").And.Contain("eu").And.Not.Contain("us"));
            Assert.That(warnings, Has.Count.EqualTo(1));
            Assert.That(warnings[0], Does.Contain("remote-us").And.Contain("Refused").And.Contain((string)store["name"]!));
            Assert.That((string?)strictly["errorType"], Is.EqualTo("execution"));
        }
    }

    [Test]
    public async Task A_stopped_store_that_is_not_strict_is_not_queried_and_answers_have_a_warning()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();

        Kill(querier.Stores["eu"]);
        await Eventually.Async(() => querier.GetStoreAsync("remote-eu"), found => (string?)found["reason"] == "Refused");
        var (values, warnings) = await querier.QueryAsync("up");
        var complete = await querier.GetAsync("/api/v1/query?query=up&partial_response=false");

        values.Keys.Should().BeEquivalentTo("local", "edge", "us");
        warnings.Should().ContainSingle().Which.Should().Contain("remote-eu").And.Contain("Refused").And.Contain("not queried");
        ((string)complete["status"]!).Should().Be("success");
    }

    [Test]
    public async Task SIGTERM_stops_the_stores_and_removes_the_folder()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();
        var (stores, folder) = (querier.Stores, FolderOf(querier));
        Assert.That(Directory.Exists(folder), Is.True);

        await querier.Process.TerminateAsync();
        await querier.Process.WaitForExitAsync();

        stores.Values.Should().HaveCount(4).And.NotContain(id => Signals.IsRunning(id));
        Directory.Exists(folder).Should().BeFalse();
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such signals.")]
    public async Task A_signal_during_the_start_removes_the_folder([Values] bool hangUp)
    {
        using var folder = new TempFolder();
        await using var process = ChildProcess.StartSampleIn(folder.Root, "Querier", "--http-address", "127.0.0.1:0");
        await Eventually.Async(() => Task.FromResult(Directory.GetDirectories(folder.Root, "endpoint-mtls-demo-*").Length), count => count > 0);

        await (hangUp ? Signals.HangUpAsync(process.Process.Id) : process.TerminateAsync());

        await process.WaitForExitAsync();
        Directory.GetDirectories(folder.Root, "endpoint-mtls-demo-*").Should().BeEmpty();
        process.Errors.Should().NotContain("Unhandled exception");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such signals.")]
    public async Task A_closed_terminal_stops_the_stores_and_removes_the_folder()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();
        var (stores, folder) = (querier.Stores, FolderOf(querier));

        await Signals.HangUpAsync(querier.Process.Process.Id);
        await querier.Process.WaitForExitAsync();

        stores.Values.Should().HaveCount(4).And.NotContain(id => Signals.IsRunning(id));
        Directory.Exists(folder).Should().BeFalse();
    }

    [Test]
    public async Task Killing_the_demo_stops_its_stores()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();
        var (stores, folder) = (querier.Stores, FolderOf(querier));

        querier.Process.Process.Kill();
        var running = await Eventually.Async(() => Task.FromResult(stores.Values.Count(Signals.IsRunning)), count => count == 0);
        Directory.Delete(folder, recursive: true);

        running.Should().Be(0);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no file modes; the folder belongs to the user.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_can_access_its_files()
    {
        await using var querier = await QuerierProcess.StartDemoAsync();
        var files = Directory.GetFiles(FolderOf(querier));

        files.Should().Contain(file => file.EndsWith(".key"));
        files.Should().OnlyContain(file => File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static string FolderOf(QuerierProcess querier) => Path.GetDirectoryName(Config().Match(querier.Process.Output).Groups[1].Value)!;

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    [GeneratedRegex(@"Configuration: (\S+endpoints\.yaml)")]
    private static partial Regex Config();
}
