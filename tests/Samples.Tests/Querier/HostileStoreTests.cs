using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Samples.Tests.Support;
using Thanos.Api;
using Thanos.Chunks;

namespace Samples.Tests.Querier;

/// <summary>A querier process between a good store and one that sends too much.</summary>
[CancelAfter(120_000)]
internal sealed class HostileStoreTests
{
    private const string Metric = "up";
    private const string Hostile = "bad\u001b[31m";

    [Test]
    public Task Endless_series_are_left_out(CancellationToken cancellation) => LeavesOutAsync(
        async (stream, context) =>
        {
            for (var i = 0; !context.CancellationToken.IsCancellationRequested; i++)
                await stream.WriteAsync(new SeriesResponse { Series = Series($"{i}") }, context.CancellationToken);
        },
        "it sent more than 1,000 series, label names or label values (--store.limits.series). Its data is left out.",
        cancellation);

    [Test]
    public Task Batches_of_empty_series_are_left_out(CancellationToken cancellation) => LeavesOutAsync(
        (stream, context) => SendForeverAsync(stream, context, new SeriesResponse { Batch = new SeriesBatch { Series = { Enumerable.Range(0, 10_000).Select(_ => new Series()) } } }),
        "it sent more than 1,000 series, label names or label values (--store.limits.series). Its data is left out.",
        cancellation);

    [Test]
    public Task Endless_warnings_are_left_out(CancellationToken cancellation) => LeavesOutAsync(
        (stream, context) => SendForeverAsync(stream, context, new SeriesResponse { Warning = Hostile + new string('w', 100_000) }),
        "it sent more than 16,777,216 bytes (--store.limits.response-size). Its data is left out.",
        cancellation);

    [Test]
    public Task Endless_samples_are_left_out(CancellationToken cancellation) => LeavesOutAsync(
        (stream, context) => SendForeverAsync(stream, context, new SeriesResponse { Series = Series("dense", Enumerable.Repeat(Chunk(10_000), 20)) }),
        "it sent more than 100,000 samples (--store.limits.samples). Its data is left out.",
        cancellation);

    [Test]
    public async Task A_message_that_is_small_only_while_it_is_compressed_is_not_decompressed(CancellationToken cancellation)
    {
        await using var bad = await TestStore.StartAsync(
            new TestStore { SendSeries = (stream, _) => stream.WriteAsync(new SeriesResponse { Warning = "small" }) },
            grpc => (grpc.CompressionProviders, grpc.ResponseCompressionAlgorithm) = ([new GzipBomb()], "gzip"));
        await using var good = await TestStore.StartAsync(Good());
        using var querier = await RunningQuerier.StartAsync([good, bad], cancellation);

        var answer = await querier.GetAsync("/api/v1/query?query=up&time=1", cancellation);

        Count(answer).Should().Be(1);
        Warnings(answer).Should().ContainSingle().Which.Should().Contain(bad.Address).And.Contain("a message that is too large").And.Contain("'max_receive_message_size'");
        querier.PeakMemory.Should().BeLessThan(400L << 20);
    }

    [Test]
    public async Task A_large_list_of_label_names_is_left_out(CancellationToken cancellation)
    {
        var names = new LabelNamesResponse { Names = { Enumerable.Range(0, 1_001).Select(i => $"name_{i}") } };
        await using var bad = await TestStore.StartAsync(new TestStore { SendLabelNames = _ => Task.FromResult(names) });
        await using var good = await TestStore.StartAsync(new TestStore { SendLabelNames = _ => Task.FromResult(new LabelNamesResponse { Names = { "job" } }) });
        using var querier = await RunningQuerier.StartAsync([good, bad], cancellation);

        var answer = await querier.GetAsync("/api/v1/labels", cancellation);

        answer["data"]!.AsArray().Select(name => (string)name!).Should().Equal("job");
        Warnings(answer).Should().ContainSingle().Which.Should().Contain(bad.Address).And.Contain("--store.limits.series");
    }

    [Test]
    public async Task Warnings_are_escaped_and_truncated_and_counted(CancellationToken cancellation)
    {
        await using var bad = await TestStore.StartAsync(new TestStore
        {
            SendSeries = async (stream, context) =>
            {
                for (var i = 0; i < 50; i++)
                    await stream.WriteAsync(new SeriesResponse { Warning = $"{i} {Hostile}{new string('w', 1_000)}" }, context.CancellationToken);
            },
        });
        using var querier = await RunningQuerier.StartAsync([bad], cancellation);

        var warnings = Warnings(await querier.GetAsync("/api/v1/query?query=up&time=1", cancellation));

        warnings.Should().HaveCount(11).And.OnlyContain(warning => warning.Length < 300 && !warning.Contains('\u001b') && warning.Contains(bad.Address));
        warnings[0].Should().Contain(@"0 bad\u001b[31mwww").And.EndWith("…");
        warnings[10].Should().EndWith("40 more warnings.");
    }

    [Test]
    public async Task The_stores_together_have_a_limit_too(CancellationToken cancellation)
    {
        await using var first = await TestStore.StartAsync(Good("a", "b"));
        await using var second = await TestStore.StartAsync(Good("c", "d"));
        using var querier = await RunningQuerier.StartAsync([first, second], ["--query.limits.series", "3"], cancellation);

        var answer = await querier.GetAsync("/api/v1/query?query=up&time=1", cancellation);

        Count(answer).Should().Be(2);
        Warnings(answer).Should().ContainSingle().Which.Should().Contain("with it, all stores sent more than 3 series").And.Contain("(--query.limits.series)");
    }

    private static async Task LeavesOutAsync(
        Func<IServerStreamWriter<SeriesResponse>, ServerCallContext, Task> send, string reason, CancellationToken cancellation)
    {
        await using var bad = await TestStore.StartAsync(new TestStore { SendSeries = send });
        await using var good = await TestStore.StartAsync(Good());
        using var querier = await RunningQuerier.StartAsync([good, bad], cancellation);

        var partial = await querier.GetAsync("/api/v1/query?query=up&time=1", cancellation);
        var complete = await querier.GetAsync("/api/v1/query?query=up&time=1&partial_response=false", cancellation);

        Count(partial).Should().Be(1);
        Warnings(partial).Should().ContainSingle().Which.Should().Be($"Endpoint '{bad.Address}' of realm 'stores': {reason}");
        ((string)complete["errorType"]!).Should().Be("execution");
        ((string)complete["error"]!).Should().Contain(reason);
        querier.PeakMemory.Should().BeLessThan(400L << 20);
    }

    private static TestStore Good(params string[] names) => new()
    {
        SendSeries = async (stream, context) =>
        {
            foreach (var name in names.DefaultIfEmpty("good"))
                await stream.WriteAsync(new SeriesResponse { Series = Series(name) }, context.CancellationToken);
        },
    };

    private static async Task SendForeverAsync(IServerStreamWriter<SeriesResponse> stream, ServerCallContext context, SeriesResponse frame)
    {
        while (!context.CancellationToken.IsCancellationRequested)
            await stream.WriteAsync(frame, context.CancellationToken);
    }

    private static Series Series(string store, IEnumerable<AggrChunk>? chunks = null) => new()
    {
        Labels = { new Label { Name = "__name__", Value = Metric }, new Label { Name = "store", Value = store } },
        Chunks = { chunks ?? [Chunk(1)] },
    };

    // One sample in each millisecond, up to one second.
    private static AggrChunk Chunk(int samples)
    {
        var chunk = new XorChunk();
        for (var i = 1; i <= samples; i++)
            chunk.Append(1000 - samples + i, 1);
        return new AggrChunk { Raw = new Chunk { Data = ByteString.CopyFrom(chunk.Bytes) } };
    }

    private static int Count(JsonObject answer) => answer["data"]!["result"]!.AsArray().Count;

    private static List<string> Warnings(JsonObject answer) => [.. answer["warnings"]!.AsArray().Select(warning => (string)warning!)];
}
