using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Which files are read, and when a change is detected. Uses a fake clock.</summary>
public sealed class TargetFilesTests
{
    private WatchedTargets _targets = null!;

    [SetUp]
    public void CreateFolder() => _targets = new WatchedTargets();

    [TearDown]
    public void CleanUp() => _targets.Dispose();

    [Test]
    public void Reads_all_files_at_the_start_in_the_order_of_patterns_and_names()
    {
        foreach (var name in new[] { "b", "B", "a", "z" })
        {
            _targets.Write($"{name}.yaml", $"- targets: ['{name}:1']");
        }

        _targets.Write("x.json", """[{"targets": ["x:1"], "labels": {"env": "prod"}}]""");
        _targets.Write(".hidden.yaml", "- targets: [hidden:1]");
        _targets.Watch("z.yaml", "*.json", "*.yaml", "./z.yaml");

        _targets.Shown.Should().Be("z.yaml z:1 | x.json x:1 env=prod | B.yaml b:1 | a.yaml a:1 | b.yaml b:1");
        _targets.Files.Current.Should().OnlyContain(file => file.LastSuccess.Value == _targets.Time.GetUtcNow() && file.IsUsable);
        (_targets.Changes, _targets.Logs.Entries.Count).Should().Be((0, 0));
    }

    [Test]
    public void Detects_a_changed_file_within_ten_seconds()
    {
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        _targets.Watch("a.yaml");

        _targets.WriteUnwatched("a.yaml", "- targets: [a:1, dns+b:1]\n- targets: [c:1]");
        _targets.Time.Advance(TimeSpan.FromSeconds(10));

        _targets.Shown.Should().Be("a.yaml a:1 dns+b:1; c:1");
        _targets.EventIds.Should().Equal(402);
        _targets.Logged.Should().BeApproved();
        _targets.Changes.Should().Be(1);
        _targets.Files.Current[0].LastSuccess.Value.Should().Be(_targets.Time.GetUtcNow());
    }

    [Test]
    public void A_check_that_finds_an_unchanged_file_is_a_success_without_a_change()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.yaml", "- targets: [b:1, b]");
        _targets.Watch("*.yaml");
        var before = _targets.Files.Current;

        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Time.Advance(TimeSpan.FromSeconds(10));

        _targets.Files.Current.Should().Equal(before).And.OnlyContain(file => file.LastSuccess.Value == _targets.Time.GetUtcNow());
        (_targets.Checks, _targets.Changes).Should().Be((2, 0));
    }

    [Test]
    public void Checks_at_the_refresh_interval_if_it_is_short()
    {
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        _targets.Watch(_targets.Time, TimeSpan.FromSeconds(2), "a.yaml");

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Time.Advance(TimeSpan.FromSeconds(2));

        _targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void Detects_a_change_with_the_same_size_and_time_at_the_refresh_interval()
    {
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        var time = File.ResolveLinkTarget(_targets.Folder["a.yaml"], returnFinalTarget: true)!.LastWriteTimeUtc;
        _targets.Watch(_targets.Time, TimeSpan.FromSeconds(25), "a.yaml");

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.SetTime("elsewhere/a.yaml", time);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("a.yaml a:1");

        _targets.Time.Advance(TimeSpan.FromSeconds(5));
        _targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void Ignores_a_change_of_the_format_only()
    {
        _targets.Write("a.yaml", "- targets: [a:1]\n  labels: { x: y, z: w }");
        _targets.Watch("a.yaml");
        var before = _targets.Files.Current;

        _targets.Write("a.yaml", "# A comment.\n- labels: { z: w, x: y }\n  targets:\n  - a:1");
        _targets.Check();

        _targets.Files.Current.Should().Equal(before);
        (_targets.Changes, _targets.Logs.Entries.Count).Should().Be((0, 0));
    }

    [Test]
    public void Adds_and_removes_files_that_match_a_pattern()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Watch("*.yaml");

        _targets.Write("b.yaml", "- targets: [b:1, c:1]");
        _targets.Write(".c.yaml.swp", "- targets: [b:1]");
        _targets.Write("sub/d.yaml", "- targets: [b:1]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:1 | b.yaml b:1 c:1");

        File.Delete(_targets.Folder["b.yaml"]);
        File.Delete(_targets.Folder["a.yaml"]);
        _targets.Check();
        _targets.Shown.Should().Be("*.yaml?");
        _targets.EventIds.Should().Equal(402, 400, 402, 402);
        _targets.Logged.Should().BeApproved();
        _targets.Changes.Should().Be(2);
    }

    [Test]
    public void Adds_and_removes_files_after_the_quiet_period()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Watch("*.yaml");

        _targets.Write("b.yaml", "- targets: [b:1]");
        File.Delete(_targets.Folder["a.yaml"]);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("a.yaml a:1");

        File.Delete(_targets.Folder["b.yaml"]);
        _targets.Write("a.yaml", "- targets: [a:2]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml a:2");
        _targets.Changes.Should().Be(1);
    }

    [Test]
    public void Accepts_a_file_without_targets()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.json", "[]");
        _targets.Watch("a.yaml", "b.json");
        _targets.Shown.Should().Be("a.yaml a:1 | b.json");

        _targets.Write("a.yaml", "[]");
        _targets.Check();
        _targets.Shown.Should().Be("a.yaml | b.json");
    }

    [Test]
    public void Detects_the_update_of_a_volume_behind_a_link()
    {
        var volume = new SecretVolume(_targets.Folder, "volume");
        volume.Publish(null, ("a.yaml", "- targets: [a:1]"), ("b.yaml", "- targets: [b:1]"));
        File.CreateSymbolicLink(_targets.Folder["linked"], "volume");
        _targets.Watch("linked/a.yaml", "linked/*.yaml");

        volume.Publish(null, ("a.yaml", "- targets: [a:22]"), ("b.yaml", "- targets: [b:22]"), ("c.yaml", "- targets: [c:22]"));
        _targets.Check();

        _targets.Shown.Should().Be("linked/a.yaml a:22 | linked/b.yaml b:22 | linked/c.yaml c:22");
    }

    [Test]
    public async Task A_folder_watch_starts_a_check_early()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Watch("a.yaml");

        _targets.Write("a.yaml", "- targets: [b:1]");
        await _targets.Time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
        _targets.Time.Advance(TimeSpan.FromMilliseconds(100));

        _targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void Reads_and_checks_5000_targets()
    {
        for (var file = 0; file < 50; file++)
        {
            var targets = string.Join(", ", Enumerable.Range(0, 100).Select(n => $"\"10.0.{file}.{n}:10901\""));
            _targets.Write($"{file:00}.json", $$"""[{"targets": [{{targets}}]}]""");
        }

        _targets.Watch("*.json");
        _targets.Files.Current.Sum(file => file.TargetCount).Should().Be(5000);

        _targets.Write("25.json", "[]");
        _targets.Check();
        _targets.Files.Current.Sum(file => file.TargetCount).Should().Be(4900);
        _targets.Logs.Entries.Should().ContainSingle();
    }
}
