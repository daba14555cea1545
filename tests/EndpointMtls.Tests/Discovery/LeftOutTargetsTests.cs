using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>Target files of which a part is invalid: the rest is used. Uses a fake clock.</summary>
public sealed class LeftOutTargetsTests : TargetFilesFixture
{
    [Test]
    public void An_invalid_target_at_the_start_is_left_out_and_logged_once()
    {
        Targets.Write("a.yaml", "- targets: [a:1, b]\n- targets: [c:1]");
        Targets.Watch("a.yaml");
        Targets.Check();

        Targets.Shown.Should().Be("a.yaml? a:1; c:1");
        Targets.Files.Current[0].TargetCount.Should().Be(2);
        Targets.Errors.Should().BeApproved();
        Targets.EventIds.Should().Equal(412);

        Targets.Write("a.yaml", "- targets: [a:1, b:1]\n- targets: [c:1]");
        Targets.Check();
        Targets.Shown.Should().Be("a.yaml a:1 b:1; c:1");
        Targets.EventIds.Should().Equal(412, 401, 402);
        Targets.Logged.Should().BeApproved();
    }

    [Test]
    public void A_target_and_a_label_that_become_invalid_are_left_out_and_other_changes_apply()
    {
        Targets.Write("a.json", """[{"targets":["a:1","b:1"],"labels":{"x":"y"}}]""");
        Targets.Watch("a.json");

        Targets.Write("a.json", """[{"targets":["a:1","b","c:1"],"labels":{"x":1,"z":"w"}}]""");
        Targets.Check();
        Targets.Shown.Should().Be("a.json? a:1 c:1 z=w");

        Targets.Write("a.json", """[{"targets":["a:1","b","d:1"],"labels":{"x":1,"z":"w"}}]""");
        Targets.Check();
        Targets.Shown.Should().Be("a.json? a:1 d:1 z=w");
        Targets.EventIds.Should().Equal(412, 402, 402);
        Targets.Logged.Should().BeApproved();
    }

    [Test]
    public void A_file_whose_targets_are_all_invalid_keeps_the_earlier_ones()
    {
        Targets.Write("a.yaml", "- targets: [a:1]");
        Targets.Watch("a.yaml");

        Targets.Write("a.yaml", "- targets: [a]");
        Targets.Check();

        Targets.Shown.Should().Be("a.yaml? a:1");
        Targets.Files.Current[0].IsUsable.Should().BeFalse();
        Targets.EventIds.Should().Equal(400);
    }

    [Test]
    public void A_syntax_error_keeps_what_a_file_with_an_invalid_target_listed()
    {
        Targets.Write("a.yaml", "- targets: [a:1, b]");
        Targets.Watch("a.yaml");

        Targets.Write("a.yaml", "- targets: [a:2");
        Targets.Check();

        Targets.Shown.Should().Be("a.yaml? a:1");
        Targets.EventIds.Should().Equal(412, 400);
    }

    [Test]
    public void A_file_with_thousands_of_invalid_targets_is_logged_in_a_few_lines()
    {
        Targets.Write("a.yaml", $"- targets:\n{string.Concat(Enumerable.Range(0, 5000).Select(index => $"  - bad-{index}\n"))}  - a:1");
        Targets.Watch("a.yaml");

        Targets.Shown.Should().Be("a.yaml? a:1");
        Targets.Logs.Entries.Single().Message.Should().EndWith(" … and more.").And.Match(message => message.Length < 3000);
    }

    [Test]
    public void Counts_an_invalid_target_once()
    {
        using var meter = new MeterRecorder(Targets.Name);
        Targets.Write("a.yaml", "- targets: [a:1, b]");
        Targets.Watch("a.yaml");
        Targets.Check();

        meter.Of("endpoint_mtls.discovery.updates").Should().Equal((1, "endpoint_mtls.discovery.source=file endpoint_mtls.outcome=failed"));
    }
}
