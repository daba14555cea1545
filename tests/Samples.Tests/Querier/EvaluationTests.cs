using Querier.Api;
using Querier.Evaluation;
using Thanos.Chunks;
using static Samples.Tests.Querier.SeriesBuilder;

namespace Samples.Tests.Querier;

public sealed class EvaluationTests
{
    private static readonly double Stale = BitConverter.Int64BitsToDouble(0x7FF0000000000002);

    [Test]
    public void Uses_the_latest_sample_with_the_time_of_the_evaluation() =>
        Instant(At(10, 1), At(20, 2), At(30, 3), evaluatedAt: 25).Should().Equal(At(25, 2));

    [Test]
    public void Uses_a_sample_at_exactly_the_time_of_the_evaluation() => Instant(At(10, 1), At(20, 2), At(30, 3), evaluatedAt: 30).Should().Equal(At(30, 3));

    [Test]
    public void A_sample_is_used_for_less_than_five_minutes([Values(0, 1)] int late)
    {
        var found = SelectorEvaluation.At([Series("a=1", new Sample(1000, 1))], 1000 + 299_999 + late);

        found.Should().HaveCount(late == 0 ? 1 : 0);
    }

    [Test]
    public void A_stale_marker_ends_a_series_immediately() => Instant(At(10, 1), At(20, Stale), At(30, 3), evaluatedAt: 25).Should().BeEmpty();

    [Test]
    public void An_ordinary_NaN_is_a_value() => Instant(At(10, 1), At(20, double.NaN), At(30, 3), evaluatedAt: 25).Should().ContainSingle();

    [Test]
    public void Evaluates_a_range_at_each_step_with_both_ends_inclusive()
    {
        var found = SelectorEvaluation.Over([Series("a=1", At(10, 1), At(20, 2), At(30, Stale), At(45, 4))], new EvaluationRange(5000, 45_000, 10_000), 0);

        found.Single().Samples.Should().Equal(At(15, 1), At(25, 2), At(45, 4));
    }

    [Test]
    public void Rejects_a_result_with_too_many_samples()
    {
        var one = Series("a=1", At(0, 1));
        var range = new EvaluationRange(0, 299_999, 30);

        var evaluate = () => SelectorEvaluation.Over(Enumerable.Repeat(one, 60), range, 500_000);

        evaluate.Should().Throw<ApiException>().WithMessage("*more than 500,000 samples (--query.limits.samples)*").Which.StatusCode.Should().Be(422);
    }

    [Test]
    public void A_cancelled_evaluation_ends()
    {
        var evaluate = () => SelectorEvaluation.Over([Series("a=1", At(0, 1))], new EvaluationRange(0, 1, 1), 0, new CancellationToken(canceled: true));

        evaluate.Should().Throw<OperationCanceledException>();
    }

    [Test]
    public void Omits_a_series_without_a_point() =>
        SelectorEvaluation.Over([Series("a=1", At(10, 1))], new EvaluationRange(0, 9000, 1000), 0).Should().BeEmpty();

    private static IReadOnlyList<Sample> Instant(Sample first, Sample second, Sample third, long evaluatedAt) =>
        SelectorEvaluation.At([Series("a=1", first, second, third)], evaluatedAt * 1000).SingleOrDefault()?.Samples ?? [];
}
