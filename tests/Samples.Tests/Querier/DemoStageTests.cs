using Querier.Demo;

namespace Samples.Tests.Querier;

public sealed class DemoStageTests
{
    [Test]
    public void The_issuer_of_a_stage_is_trusted_one_stage_before_and_one_stage_after()
    {
        var stages = DemoStage.RootRollover("Root", TimeProvider.System).Take(10).ToList();

        stages.Zip(stages.Skip(1)).Should().OnlyContain(pair => pair.First.Trusted.Contains(pair.Second.Issuer) && pair.Second.Trusted.Contains(pair.First.Issuer));
        stages.Select(stage => stage.Issuer).Distinct().Should().HaveCount(4);
        stages.Count(stage => stage.Trusted.Count == 1).Should().Be(4);
    }

    [Test]
    public void Changes_intermediates_and_keeps_the_root()
    {
        var stages = DemoStage.NewIntermediates("Demo", TimeProvider.System).Take(7).ToList();

        stages.Select(stage => stage.Trusted.Single()).Distinct().Should().ContainSingle();
        stages.Select(stage => stage.Issuer).Distinct().Should().HaveCount(3);
    }
}
