using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Which files are read, and when a change is detected. Uses a fake clock.</summary>
public sealed class TargetFilesTests : TargetFilesFixture
{
    [Test]
    public void Reads_all_files_at_the_start_in_the_order_of_patterns_and_names()
    {
        foreach (var name in new[] { "b", "B", "a", "z" })
        {
            Targets.Write($"{name}.yaml", $"- targets: ['{name}:1']");
        }

        Targets.Write("x.json", """[{"targets": ["x:1"], "labels": {"env": "prod"}}]""");
        Targets.Write(".hidden.yaml", "- targets: [hidden:1]");
        Targets.Watch("z.yaml", "*.json", "*.yaml", "./z.yaml");

        Targets.Shown.Should().Be("z.yaml z:1 | x.json x:1 env=prod | B.yaml b:1 | a.yaml a:1 | b.yaml b:1");
        Targets.Files.Current.Should().OnlyContain(file => file.LastSuccess.Value == Targets.Time.GetUtcNow() && file.IsUsable);
        (Targets.Changes, Targets.Logs.Entries.Count).Should().Be((0, 0));
    }

    [Test]
    public void Detects_a_changed_file_within_ten_seconds()
    {
        Targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        Targets.Watch("a.yaml");

        Targets.WriteUnwatched("a.yaml", "- targets: [a:1, dns+b:1]\n- targets: [c:1]");
        Targets.Time.Advance(TimeSpan.FromSeconds(10));

        Targets.Shown.Should().Be("a.yaml a:1 dns+b:1; c:1");
        Targets.EventIds.Should().Equal(402);
        Targets.Logged.Should().BeApproved();
        Targets.Changes.Should().Be(1);
        Targets.Files.Current[0].LastSuccess.Value.Should().Be(Targets.Time.GetUtcNow());
    }

    [Test]
    public void A_check_that_finds_an_unchanged_file_is_a_success_without_a_change()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Write("b.yaml", "- targets: [b:1, b]");
        Targets.Watch("*.yaml");
        var before = Targets.Files.Current;

        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Time.Advance(TimeSpan.FromSeconds(10));

        Targets.Files.Current.Should().Equal(before).And.OnlyContain(file => file.LastSuccess.Value == Targets.Time.GetUtcNow());
        (Targets.Checks, Targets.Changes).Should().Be((2, 0));
    }

    [Test]
    public void Checks_at_the_refresh_interval_if_it_is_short()
    {
        Targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        Targets.Watch(Targets.Time, TimeSpan.FromSeconds(2), "a.yaml");

        Targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        Targets.Time.Advance(TimeSpan.FromSeconds(2));

        Targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void Detects_a_change_with_the_same_size_and_time_at_the_refresh_interval()
    {
        Targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        var time = File.ResolveLinkTarget(Targets.Folder["a.yaml"], returnFinalTarget: true)!.LastWriteTimeUtc;
        Targets.Watch(Targets.Time, TimeSpan.FromSeconds(25), "a.yaml");

        Targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        Targets.SetTime("elsewhere/a.yaml", time);
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Shown.Should().Be("a.yaml a:1");

        Targets.Time.Advance(TimeSpan.FromSeconds(5));
        Targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void Ignores_a_change_of_the_format_only()
    {
        Targets.Write("a.yaml", "- targets: [a:1]\n  labels: { x: y, z: w }");
        Targets.Watch("a.yaml");
        var before = Targets.Files.Current;

        Targets.Write("a.yaml", "# A comment.\n- labels: { z: w, x: y }\n  targets:\n  - a:1");
        Targets.Check();

        Targets.Files.Current.Should().Equal(before);
        (Targets.Changes, Targets.Logs.Entries.Count).Should().Be((0, 0));
    }

    [Test]
    public void Adds_and_removes_files_that_match_a_pattern()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("*.yaml");

        Targets.Write("b.yaml", "- targets: [b:1, c:1]");
        Targets.Write(".c.yaml.swp", "- targets: [b:1]");
        Targets.Write("sub/d.yaml", "- targets: [b:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1 | b.yaml b:1 c:1");

        File.Delete(Targets.Folder["b.yaml"]);
        File.Delete(Targets.Folder["a.yaml"]);
        Targets.Check();
        Targets.Shown.Should().Be("*.yaml?");
        Targets.EventIds.Should().Equal(402, 400, 402, 402);
        Targets.Logged.Should().BeApproved();
        Targets.Changes.Should().Be(2);
    }

    [Test]
    public void Adds_and_removes_files_after_the_quiet_period()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("*.yaml");

        Targets.Write("b.yaml", "- targets: [b:1]");
        File.Delete(Targets.Folder["a.yaml"]);
        Targets.Time.Advance(TimeSpan.FromSeconds(10));
        Targets.Shown.Should().Be("a.yaml a:1");

        File.Delete(Targets.Folder["b.yaml"]);
        Targets.Write("a.yaml", "- targets: [a:2]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:2");
        Targets.Changes.Should().Be(1);
    }

    [Test]
    public void Accepts_a_file_without_targets()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Write("b.json", "[]");
        Targets.Watch("a.yaml", "b.json");
        Targets.Shown.Should().Be("a.yaml a:1 | b.json");

        Targets.Write("a.yaml", "[]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml | b.json");
    }

    [Test]
    public void Detects_the_update_of_a_volume_behind_a_link()
    {
        var volume = new SecretVolume(Targets.Folder, "volume");
        volume.Publish(null, ("a.yaml", "- targets: [a:1]"), ("b.yaml", "- targets: [b:1]"));
        File.CreateSymbolicLink(Targets.Folder["linked"], "volume");
        Targets.Watch("linked/a.yaml", "linked/*.yaml");

        volume.Publish(null, ("a.yaml", "- targets: [a:22]"), ("b.yaml", "- targets: [b:22]"), ("c.yaml", "- targets: [c:22]"));
        Targets.Check();

        Targets.Shown.Should().Be("linked/a.yaml a:22 | linked/b.yaml b:22 | linked/c.yaml c:22");
    }

    [Test]
    public async Task A_folder_watch_starts_a_check_early()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("a.yaml");

        Targets.Write("a.yaml", "- targets: [b:1]");
        await Targets.Time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
        Targets.Time.Advance(TimeSpan.FromMilliseconds(100));

        Targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void Reads_and_checks_5000_targets()
    {
        for (var file = 0; file < 50; file++)
        {
            var targets = string.Join(", ", Enumerable.Range(0, 100).Select(n => $"\"10.0.{file}.{n}:10901\""));
            Targets.Write($"{file:00}.json", $$"""[{"targets": [{{targets}}]}]""");
        }

        Targets.Watch("*.json");
        Targets.Files.Current.Sum(file => file.TargetCount).Should().Be(5000);

        Targets.Write("25.json", "[]");
        Targets.Check();
        Targets.Files.Current.Sum(file => file.TargetCount).Should().Be(4900);
        Targets.Logs.Entries.Should().ContainSingle();
    }
}
