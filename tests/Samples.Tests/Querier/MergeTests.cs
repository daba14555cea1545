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
    public void Merges_a_series_of_two_stores_by_time()
    {
        var merged = SeriesMerge.Merge([Series("a=1", At(1, 1), At(3, 3)), Series("a=1", At(2, 2), At(3, 33))]);

        merged.Should().ContainSingle().Which.Samples.Should().Equal(At(1, 1), At(2, 2), At(3, 3));
    }

    [Test]
    public void Sorts_series_by_labels()
    {
        var merged = SeriesMerge.Merge([Series("b=1"), Series("a=2"), Series("a=10"), Series("a=2,b=1")]);

        merged.Select(series => series.Labels.ToString()).Should().Equal("{a=\"10\"}", "{a=\"2\"}", "{a=\"2\", b=\"1\"}", "{b=\"1\"}");
    }

    [Test]
    public void Returns_each_sample_once_from_chunks_that_overlap_or_exceed_the_range()
    {
        var series = new Series { Labels = { new Label { Name = "a", Value = "1" } }, Chunks = { ChunkOf(At(1, 1), At(2, 2), At(3, 3)), ChunkOf(At(2, 2), At(4, 4)) } };

        SeriesDecoder.Decode(series, 2000, 3000).Samples.Should().Equal(At(2, 2), At(3, 3));
    }

    [Test]
    public void Rejects_a_histogram_with_the_name_of_its_encoding()
    {
        var series = new Series { Chunks = { new AggrChunk { Raw = new Chunk { Type = Chunk.Types.Encoding.Histogram } } } };

        var decode = () => SeriesDecoder.Decode(series, 0, 1);

        decode.Should().Throw<InvalidDataException>().WithMessage("*Histogram*");
    }

    [Test]
    public void Merges_replicas_into_one_series_without_the_replica_label()
    {
        var one = Deduplication.Apply([Series("a=1,replica=0", At(1, 1)), Series("a=1,replica=1", At(1, 1)), Series("a=2,replica=0", At(1, 2))], Replica);

        one.Select(series => series.Labels).Should().Equal(Labels("a=1"), Labels("a=2"));
    }

    [Test]
    public void Uses_one_replica_while_it_has_no_gap()
    {
        var first = Series("a=1,replica=0", At(0, 0), At(10, 10), At(20, 20), At(30, 30));
        var second = Series("a=1,replica=1", At(5, 105), At(15, 115), At(25, 125));

        Merged(first, second).Should().Equal(At(0, 0), At(10, 10), At(20, 20), At(30, 30));
    }

    [Test]
    public void Switches_to_the_other_replica_at_a_gap()
    {
        var first = Series("a=1,replica=0", At(0, 0), At(10, 10), At(20, 20), At(80, 80), At(90, 90));
        var second = Series("a=1,replica=1", At(5, 105), At(25, 125), At(35, 135), At(45, 145));

        Merged(first, second).Should().Equal(At(0, 0), At(10, 10), At(20, 20), At(25, 125), At(35, 135), At(45, 145), At(80, 80), At(90, 90));
    }

    [Test]
    public void A_replica_with_a_single_sample_does_not_hide_the_other()
    {
        var first = Series("a=1,replica=0", At(0, 0), At(300, 300), At(310, 310));
        var second = Series("a=1,replica=1", At(5, 105), At(15, 115), At(25, 125), At(35, 135));

        Merged(first, second).Should().Equal(At(0, 0), At(5, 105), At(15, 115), At(25, 125), At(35, 135), At(300, 300), At(310, 310));
    }

    [TestCase("a", "1", "a", "2")]
    [TestCase("a", "1\0b", "c", "2")]
    public void Rejects_labels_that_are_not_valid_for_a_series(string name, string value, string otherName, string otherValue)
    {
        var series = new Series { Labels = { new Label { Name = name, Value = value }, new Label { Name = otherName, Value = otherValue } } };

        var decode = () => SeriesDecoder.Decode(series, 0, 1);

        decode.Should().Throw<InvalidDataException>().WithMessage("the labels * are not valid for a series");
    }

    [Test]
    public void A_label_with_an_empty_value_counts_as_missing() =>
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
