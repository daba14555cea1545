using Microsoft.Extensions.Time.Testing;
using StoreNode;
using StoreNode.Metrics;
using StoreNode.Storage;
using Thanos.Chunks;

namespace Samples.Tests.StoreNode;

internal sealed class SamplerTests
{
    [Test]
    public void Stores_every_metric_at_the_time_of_the_clock_with_the_external_labels()
    {
        using var node = new Node();

        node.Sampler.Sample();
        node.Time.Advance(TimeSpan.FromSeconds(1));
        node.Sampler.Sample();

        var found = node.Store.Select([], TimeRange.All).ToList();
        found.Should().OnlyContain(series => series.Labels["cluster"] == "eu");
        found.SelectMany(series => series.Chunks).Should().OnlyContain(chunk => chunk.MinTime == 1_000_000 && chunk.MaxTime == 1_001_000);
    }

    [Test]
    public void Samples_metrics_of_the_process_and_its_runtime()
    {
        using var node = new Node();

        node.Sampler.Sample();

        Value("up").Should().Be(1);
        Value("process_cpu_seconds_total").Should().BePositive();
        Value("process_resident_memory_bytes").Should().BeGreaterThan(1_000_000);
        Value("process_start_time_seconds").Should().BeInRange(1_700_000_000, 10_000_000_000);
        Value("process_threads").Should().BePositive();
        Value("dotnet_gc_heap_size_bytes").Should().BePositive();
        Value("dotnet_gc_collections_total", "2").Should().BeGreaterThanOrEqualTo(0);

        double Value(string name, string generation = "") => node.Store.Select([], TimeRange.All)
            .Where(found => found.Labels["__name__"] == name && (generation.Length == 0 || found.Labels["generation"] == generation))
            .SelectMany(found => XorChunkReader.Read(found.Chunks[0].Raw.Data.Memory)).Single().Value;
    }

    [Test]
    public void Removes_samples_older_than_the_retention()
    {
        using var node = new Node();

        for (var i = 0; i < 500; i++)
        {
            node.Sampler.Sample();
            node.Time.Advance(TimeSpan.FromSeconds(1));
        }

        // The last sample is at 1499 s, so nothing that ends before 1399 s is left: the chunks from 1360 s on.
        node.Store.MinTime.Should().Be(1_360_000);
    }

    private sealed class Node : IDisposable
    {
        private readonly ProcessMetrics _metrics = new();

        public Node()
        {
            var options = new StoreNodeOptions
            {
                ExternalLabels = Labels.From(new Dictionary<string, string> { ["cluster"] = "eu" }),
                Retention = TimeSpan.FromSeconds(100),
            };
            Sampler = new Sampler(options, _metrics, Store, Time);
        }

        public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1000));

        public SeriesStore Store { get; } = new();

        public Sampler Sampler { get; }

        public void Dispose()
        {
            Sampler.Dispose();
            _metrics.Dispose();
        }
    }
}
