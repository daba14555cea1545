using Google.Protobuf;
using Querier.Evaluation;
using Thanos.Api;
using Thanos.Chunks;
using static Samples.Tests.Querier.SeriesBuilder;

namespace Samples.Tests.Querier;

public sealed class MergeTests
{
    private static readonly HashSet<string> Replica = ["replica"];

    [Test]
    public void One_series_from_two_stores_is_merged_by_time()
    {
        var merged = SeriesMerge.Merge([Series("a=1", At(1, 1), At(3, 3)), Series("a=1", At(2, 2), At(3, 33))]);

        merged.Should().ContainSingle().Which.Samples.Should().Equal(At(1, 1), At(2, 2), At(3, 3));
    }

    [Test]
    public void Series_come_sorted_by_their_labels()
    {
        var merged = SeriesMerge.Merge([Series("b=1"), Series("a=2"), Series("a=10"), Series("a=2,b=1")]);

        merged.Select(series => series.Labels.ToString()).Should().Equal("{a=\"10\"}", "{a=\"2\"}", "{a=\"2\", b=\"1\"}", "{b=\"1\"}");
    }

    [Test]
    public void Chunks_that_overlap_or_go_beyond_the_range_yield_each_sample_once()
    {
        var series = new Series { Labels = { new Label { Name = "a", Value = "1" } }, Chunks = { ChunkOf(At(1, 1), At(2, 2), At(3, 3)), ChunkOf(At(2, 2), At(4, 4)) } };

        SeriesDecoder.Decode(series, 2000, 3000).Samples.Should().Equal(At(2, 2), At(3, 3));
    }

    [Test]
    public void A_histogram_is_refused_by_name()
    {
        var series = new Series { Chunks = { new AggrChunk { Raw = new Chunk { Type = Chunk.Types.Encoding.Histogram } } } };

        var decode = () => SeriesDecoder.Decode(series, 0, 1);

        decode.Should().Throw<InvalidDataException>().WithMessage("*Histogram*");
    }

    [Test]
    public void Replicas_become_one_series_without_the_label()
    {
        var one = Deduplication.Apply([Series("a=1,replica=0", At(1, 1)), Series("a=1,replica=1", At(1, 1)), Series("a=2,replica=0", At(1, 2))], Replica);

        one.Select(series => series.Labels).Should().Equal(Labels("a=1"), Labels("a=2"));
    }

    [Test]
    public void One_replica_is_followed_while_it_delivers()
    {
        var first = Series("a=1,replica=0", At(0, 0), At(10, 10), At(20, 20), At(30, 30));
        var second = Series("a=1,replica=1", At(5, 105), At(15, 115), At(25, 125));

        Merged(first, second).Should().Equal(At(0, 0), At(10, 10), At(20, 20), At(30, 30));
    }

    [Test]
    public void A_gap_is_filled_by_the_other_replica_which_is_then_followed()
    {
        var first = Series("a=1,replica=0", At(0, 0), At(10, 10), At(20, 20), At(80, 80), At(90, 90));
        var second = Series("a=1,replica=1", At(5, 105), At(25, 125), At(35, 135), At(45, 145));

        Merged(first, second).Should().Equal(At(0, 0), At(10, 10), At(20, 20), At(25, 125), At(35, 135), At(45, 145), At(80, 80), At(90, 90));
    }

    [Test]
    public void A_replica_that_falls_silent_after_its_first_sample_does_not_hide_the_other()
    {
        var first = Series("a=1,replica=0", At(0, 0), At(300, 300), At(310, 310));
        var second = Series("a=1,replica=1", At(5, 105), At(15, 115), At(25, 125), At(35, 135));

        Merged(first, second).Should().Equal(At(0, 0), At(5, 105), At(15, 115), At(25, 125), At(35, 135), At(300, 300), At(310, 310));
    }

    [TestCase("a", "1", "a", "2")]
    [TestCase("a", "1\0b", "c", "2")]
    public void Labels_that_identify_nothing_are_refused(string name, string value, string otherName, string otherValue)
    {
        var series = new Series { Labels = { new Label { Name = name, Value = value }, new Label { Name = otherName, Value = otherValue } } };

        var decode = () => SeriesDecoder.Decode(series, 0, 1);

        decode.Should().Throw<InvalidDataException>().WithMessage("the labels * are not those of a series");
    }

    [Test]
    public void A_label_without_a_value_is_a_label_that_is_missing() =>
        SeriesLabels.From([new Label { Name = "a", Value = "" }, new Label { Name = "b", Value = "1" }]).Should().Be(Labels("b=1"));

    private static IReadOnlyList<Sample> Merged(params TimeSeries[] replicas) =>
        Deduplication.Apply(replicas, Replica).Single().Samples;

    private static AggrChunk ChunkOf(params Sample[] samples)
    {
        var chunk = new XorChunk();
        foreach (var sample in samples)
            chunk.Append(sample.Timestamp, sample.Value);
        return new AggrChunk { Raw = new Chunk { Type = Chunk.Types.Encoding.Xor, Data = ByteString.CopyFrom(chunk.Bytes) } };
    }
}
