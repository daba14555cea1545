using StoreNode.Storage;
using Thanos.Api;
using Thanos.Chunks;
using Thanos.Matching;

namespace Samples.Tests.StoreNode;

internal sealed class SeriesStoreTests
{
    private static readonly Labels Up = Labels.From(new Dictionary<string, string> { ["__name__"] = "up" });
    private static readonly Labels Threads = Labels.From(new Dictionary<string, string> { ["__name__"] = "threads" });

    private SeriesStore _store = null!;

    [SetUp]
    public void Fill()
    {
        _store = new SeriesStore();
        for (var i = 1; i <= 300; i++)
            _store.Append(Up, new Sample(i * 1000, i));
        _store.Append(Threads, new Sample(500_000, 7));
    }

    [Test]
    public void Limits_chunks_to_120_samples()
    {
        var chunks = Read(Up, TimeRange.All);

        chunks.Select(chunk => (chunk.MinTime, chunk.MaxTime)).Should().Equal((1_000, 120_000), (121_000, 240_000), (241_000, 300_000));
        chunks.SelectMany(Samples).Should().Equal(Enumerable.Range(1, 300).Select(i => new Sample(i * 1000, i)));
    }

    [TestCase(0, 999, 0)]
    [TestCase(0, 1_000, 1)]
    [TestCase(120_000, 121_000, 2)]
    [TestCase(120_001, 120_999, 0)]
    [TestCase(240_000, 241_000, 2)]
    [TestCase(300_000, 400_000, 1)]
    [TestCase(300_001, 400_000, 0)]
    public void Selects_the_chunks_that_overlap_the_range(long start, long end, int chunks) =>
        Read(Up, new TimeRange(start, end)).Should().HaveCount(chunks);

    [Test]
    public void Omits_series_without_samples_in_the_range() =>
        _store.Select([], new TimeRange(400_000, 600_000)).Select(found => found.Labels).Should().Equal(Threads);

    [Test]
    public void Applies_all_matchers() =>
        _store.Select([Name("up"), Name("threads")], TimeRange.All).Should().BeEmpty();

    [Test]
    public void Appending_does_not_change_a_chunk_that_was_read()
    {
        var open = Read(Up, TimeRange.All)[^1];

        _store.Append(Up, new Sample(301_000, 0));

        Samples(open).Should().HaveCount(60);
        Samples(Read(Up, TimeRange.All)[^1]).Should().HaveCount(61);
    }

    [Test]
    public void Ignores_samples_that_are_not_newer()
    {
        _store.Append(Up, new Sample(300_000, -1));
        _store.Append(Up, new Sample(5_000, -1));

        Read(Up, TimeRange.All).SelectMany(Samples).Should().HaveCount(300).And.NotContain(sample => sample.Value < 0);
    }

    [Test]
    public void Removes_old_chunks_as_a_whole()
    {
        _store.DropBefore(120_001);

        Read(Up, TimeRange.All)[0].MinTime.Should().Be(121_000);
        _store.MinTime.Should().Be(121_000);

        _store.DropBefore(long.MaxValue);
        Read(Up, TimeRange.All).Should().ContainSingle("the open chunk stays").Which.MinTime.Should().Be(241_000);
    }

    [Test]
    public void An_empty_store_has_no_minimum_time() =>
        new SeriesStore().MinTime.Should().Be(long.MaxValue);

    [Test]
    [CancelAfter(30_000)]
    public async Task Reads_complete_chunks_while_samples_are_added(CancellationToken cancellation)
    {
        var writer = Task.Run(() =>
        {
            for (var i = 301; i <= 20_000 && !cancellation.IsCancellationRequested; i++)
                _store.Append(Up, new Sample(i * 1000, i));
        }, cancellation);

        do
        {
            var values = Read(Up, TimeRange.All).SelectMany(Samples).Select(sample => (int)sample.Value).ToList();
            values.Should().Equal(Enumerable.Range(1, values.Count));
        }
        while (!writer.IsCompleted);
        await writer;
    }

    private List<AggrChunk> Read(Labels labels, TimeRange range) =>
        _store.Select([Name(labels["__name__"])], range).SelectMany(found => found.Chunks).ToList();

    private static IEnumerable<Sample> Samples(AggrChunk chunk) => XorChunkReader.Read(chunk.Raw.Data.Memory);

    private static Matcher Name(string name) => Matcher.Parse(new LabelMatcher { Name = "__name__", Value = name }, new RegexLimits());
}
