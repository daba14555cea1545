using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>On a clock that a test moves: which files are followed, and when a change of theirs is found.</summary>
public sealed class TargetFilesTests
{
    private WatchedTargets _targets = null!;

    [SetUp]
    public void CreateFolder() => _targets = new WatchedTargets();

    [TearDown]
    public void CleanUp() => _targets.Dispose();

    [Test]
    public void All_files_are_there_at_once_in_the_order_of_patterns_and_names()
    {
        foreach (var name in new[] { "b", "B", "a", "z" })
        {
            _targets.Write($"{name}.yaml", $"- targets: ['{name}:1']");
        }

        _targets.Write("x.json", """[{"targets": ["x:1"], "labels": {"env": "prod"}}]""");
        _targets.Write(".hidden.yaml", "- targets: [hidden:1]");
        _targets.Follow("z.yaml", "*.json", "*.yaml", "./z.yaml");

        _targets.Shown.Should().Be("z.yaml z:1 | x.json x:1 env=prod | B.yaml b:1 | a.yaml a:1 | b.yaml b:1");
        _targets.Files.Current.Should().OnlyContain(file => file.LoadedAt == _targets.Time.GetUtcNow() && file.ErrorSince == null);
        (_targets.Changes, _targets.Logs.Entries.Count).Should().Be((0, 0));
    }

    [Test]
    public void A_file_that_was_written_again_is_found_within_ten_seconds()
    {
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        _targets.Follow("a.yaml");

        _targets.WriteUnwatched("a.yaml", "- targets: [a:1, dns+b:1]\n- targets: [c:1]");
        _targets.Time.Advance(TimeSpan.FromSeconds(10));

        _targets.Shown.Should().Be("a.yaml a:1 dns+b:1; c:1");
        _targets.Logged.Should().Equal("402 The targets of realm 'eu' in 'a.yaml' have changed: there were 1, there are 3.");
        _targets.Changes.Should().Be(1);
        _targets.Files.Current[0].LoadedAt.Should().Be(_targets.Time.GetUtcNow());
    }

    [Test]
    public void A_short_refresh_interval_is_that_of_looks()
    {
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        _targets.Follow(_targets.Time, TimeSpan.FromSeconds(2), "a.yaml");

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.Time.Advance(TimeSpan.FromSeconds(2));

        _targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void A_change_beneath_an_old_stamp_is_found_at_the_refresh_interval_and_not_before()
    {
        _targets.WriteUnwatched("a.yaml", "- targets: [a:1]");
        var time = File.ResolveLinkTarget(_targets.Folder["a.yaml"], returnFinalTarget: true)!.LastWriteTimeUtc;
        _targets.Follow(_targets.Time, TimeSpan.FromSeconds(25), "a.yaml");

        _targets.WriteUnwatched("a.yaml", "- targets: [b:1]");
        _targets.SetTime("elsewhere/a.yaml", time);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("a.yaml a:1");

        _targets.Time.Advance(TimeSpan.FromSeconds(5));
        _targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void A_file_that_says_the_same_in_other_words_is_no_change()
    {
        _targets.Write("a.yaml", "- targets: [a:1]\n  labels: { x: y, z: w }");
        _targets.Follow("a.yaml");
        var before = _targets.Files.Current;

        _targets.Write("a.yaml", "# The same.\n- labels: { z: w, x: y }\n  targets:\n  - a:1");
        _targets.Look();

        _targets.Files.Current.Should().Equal(before);
        (_targets.Changes, _targets.Logs.Entries.Count).Should().Be((0, 0));
    }

    [Test]
    public void Files_come_and_go_with_the_pattern_they_match()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Follow("*.yaml");

        _targets.Write("b.yaml", "- targets: [b:1, c:1]");
        _targets.Write(".c.yaml.swp", "- targets: [b:1]");
        _targets.Write("sub/d.yaml", "- targets: [b:1]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml a:1 | b.yaml b:1 c:1");

        File.Delete(_targets.Folder["b.yaml"]);
        File.Delete(_targets.Folder["a.yaml"]);
        _targets.Look();
        _targets.Shown.Should().BeEmpty();
        _targets.Logged.Should().Equal(
            "402 The targets of realm 'eu' in 'b.yaml' have changed: there were 0, there are 2.",
            "402 The targets of realm 'eu' in 'a.yaml' have changed: there were 1, there are 0.",
            "402 The targets of realm 'eu' in 'b.yaml' have changed: there were 2, there are 0.");
        _targets.Changes.Should().Be(2);
    }

    [Test]
    public void A_file_that_comes_or_goes_counts_only_when_that_has_stood_for_a_while()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Follow("*.yaml");

        _targets.Write("b.yaml", "- targets: [b:1]");
        File.Delete(_targets.Folder["a.yaml"]);
        _targets.Time.Advance(TimeSpan.FromSeconds(10));
        _targets.Shown.Should().Be("a.yaml a:1");

        File.Delete(_targets.Folder["b.yaml"]);
        _targets.Write("a.yaml", "- targets: [a:2]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml a:2");
        _targets.Changes.Should().Be(1);
    }

    [Test]
    public void A_file_without_targets_is_a_file()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Write("b.json", "[]");
        _targets.Follow("a.yaml", "b.json");
        _targets.Shown.Should().Be("a.yaml a:1 | b.json");

        _targets.Write("a.yaml", "[]");
        _targets.Look();
        _targets.Shown.Should().Be("a.yaml | b.json");
    }

    [Test]
    public void A_volume_that_is_swapped_is_found_by_looking()
    {
        var volume = new SecretVolume(_targets.Folder, "volume");
        volume.Publish(null, ("a.yaml", "- targets: [a:1]"), ("b.yaml", "- targets: [b:1]"));
        File.CreateSymbolicLink(_targets.Folder["linked"], "volume");
        _targets.Follow("linked/a.yaml", "linked/*.yaml");

        volume.Publish(null, ("a.yaml", "- targets: [a:22]"), ("b.yaml", "- targets: [b:22]"), ("c.yaml", "- targets: [c:22]"));
        _targets.Look();

        _targets.Shown.Should().Be("linked/a.yaml a:22 | linked/b.yaml b:22 | linked/c.yaml c:22");
    }

    [Test]
    public async Task A_hint_brings_the_next_look_forward()
    {
        _targets.Write("a.yaml", "- targets: [a:1]");
        _targets.Follow("a.yaml");

        _targets.Write("a.yaml", "- targets: [b:1]");
        await _targets.Time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
        _targets.Time.Advance(TimeSpan.FromMilliseconds(100));

        _targets.Shown.Should().Be("a.yaml b:1");
    }

    [Test]
    public void A_hundred_times_fifty_targets_are_read_and_looked_at()
    {
        for (var file = 0; file < 50; file++)
        {
            var targets = string.Join(", ", Enumerable.Range(0, 100).Select(n => $"\"10.0.{file}.{n}:10901\""));
            _targets.Write($"{file:00}.json", $$"""[{"targets": [{{targets}}]}]""");
        }

        _targets.Follow("*.json");
        _targets.Files.Current.Sum(file => file.TargetCount).Should().Be(5000);

        _targets.Write("25.json", "[]");
        _targets.Look();
        _targets.Files.Current.Sum(file => file.TargetCount).Should().Be(4900);
        _targets.Logs.Entries.Should().ContainSingle();
    }
}
