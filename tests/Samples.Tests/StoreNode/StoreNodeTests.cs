using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Tests.Support;
using StoreNode;
using StoreNode.Storage;
using Thanos.Api;
using Thanos.Chunks;
using Thanos.CommandLine;
using Type = Thanos.Api.LabelMatcher.Types.Type;

namespace Samples.Tests.StoreNode;

/// <summary>A node on real sockets, called by generated clients.</summary>
[CancelAfter(30_000)]
internal sealed class StoreNodeTests
{
    private StoreNodeHost _node = null!;
    private GrpcChannel _channel = null!;
    private Store.StoreClient _store = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _node = await StoreNodeHost.StartAsync(new StoreNodeOptions
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            ExternalLabels = Labels.From(new Dictionary<string, string> { ["cluster"] = "eu", ["replica"] = "a" }),
            SampleInterval = TimeSpan.FromHours(1), // Only the sample of the start is taken.
        });
        _channel = GrpcChannel.ForAddress($"http://{_node.Address}");
        _store = new Store.StoreClient(_channel);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _channel.Dispose();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task Info_announces_labels_component_and_times(CancellationToken cancellation)
    {
        var info = await new Info.InfoClient(_channel).InfoAsync(new InfoRequest(), cancellationToken: cancellation);

        info.ComponentType.Should().Be("store");
        info.LabelSets.Should().ContainSingle().Which.Labels.Select(Text).Should().Equal("cluster=eu", "replica=a");
        info.Store.SupportsWithoutReplicaLabels.Should().BeTrue();
        info.Store.MinTime.Should().Be((await Read(Everything(), cancellation))[0].Chunks[0].MinTime);
        info.Store.MaxTime.Should().Be(long.MaxValue);
        info.Query.Should().BeNull();
    }

    [Test]
    public async Task Returns_sorted_series_with_external_labels_and_readable_chunks(CancellationToken cancellation)
    {
        var series = await Read(Everything(), cancellation);

        var labels = series.Select(one => Labels.From(one.Labels.ToDictionary(label => label.Name, label => label.Value))).ToList();
        labels.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        labels.Should().OnlyContain(one => one["cluster"] == "eu" && one["replica"] == "a");
        series.Should().OnlyContain(one => one.Labels.Select(label => label.Name).SequenceEqual(one.Labels.Select(label => label.Name).Order(StringComparer.Ordinal)));
        var up = series.Single(one => one.Labels[0].Value == "up").Chunks.Single();
        XorChunkReader.Read(up.Raw.Data.Memory).Should().Equal(new Sample(up.MinTime, 1));
    }

    [Test]
    public async Task Omits_series_outside_the_range(CancellationToken cancellation)
    {
        var request = Everything();
        request.MaxTime = (await Read(request, cancellation))[0].Chunks[0].MinTime - 1;

        (await Read(request, cancellation)).Should().BeEmpty();
    }

    [Test]
    public async Task Selects_series_by_matchers(CancellationToken cancellation)
    {
        var request = Everything(Match(Type.Re, "__name__", "dotnet_gc_collections_.*"), Match(Type.Neq, "generation", "0"), Match(Type.Nre, "cluster", "us|ap"));

        (await Read(request, cancellation)).Select(one => one.Labels.Single(label => label.Name == "generation").Value).Should().Equal("1", "2");
    }

    [Test]
    public async Task Omits_chunks_with_skip_chunks(CancellationToken cancellation)
    {
        var request = Everything();
        request.SkipChunks = true;

        (await Read(request, cancellation)).Should().NotBeEmpty().And.OnlyContain(one => one.Chunks.Count == 0);
    }

    [Test]
    public async Task Removes_replica_labels_before_sorting(CancellationToken cancellation)
    {
        var request = Everything(Match(Type.Eq, "replica", "a"));
        request.WithoutReplicaLabels.Add(["replica", "generation"]);

        var series = await Read(request, cancellation);

        series.SelectMany(one => one.Labels).Select(label => label.Name).Should().NotContain(["replica", "generation"]);
        series.Select(one => one.Labels[0].Value).Should().BeInAscendingOrder(StringComparer.Ordinal).And.Contain("dotnet_gc_collections_total");
    }

    [Test]
    public async Task Limits_the_number_of_series(CancellationToken cancellation)
    {
        var all = await Read(Everything(), cancellation);
        var request = Everything();
        request.Limit = 3;

        (await Read(request, cancellation)).Should().Equal(all.Take(3));
    }

    [Test]
    public async Task Sends_batches_with_a_batch_size(CancellationToken cancellation)
    {
        var all = await Read(Everything(), cancellation);
        var request = Everything();
        request.ResponseBatchSize = 4;

        var frames = await Frames(request, cancellation);

        frames.Should().OnlyContain(frame => frame.ResultCase == SeriesResponse.ResultOneofCase.Batch && frame.Batch.Series.Count <= 4);
        frames.Should().HaveCount((all.Count + 3) / 4);
        frames.SelectMany(frame => frame.Batch.Series).Should().Equal(all);
    }

    [Test]
    public Task Rejects_a_query_without_matchers() =>
        Rejects(() => Frames(new SeriesRequest { MaxTime = long.MaxValue }, default), "*at least one matcher*");

    [Test]
    public Task Rejects_an_invalid_regular_expression() =>
        Rejects(() => Frames(Everything(Match(Type.Re, "job", "(")), default), "*'(' is not a regular expression*");

    [Test]
    public Task Rejects_a_deeply_nested_regular_expression() =>
        Rejects(() => Frames(Everything(Match(Type.Re, "job", new string('(', 200_000) + "a" + new string(')', 200_000))), default), "*expression too large*");

    [Test]
    public Task Rejects_more_than_100_matchers() =>
        Rejects(() => Frames(Everything([.. Enumerable.Repeat(Match(Type.Eq, "a", ""), 101)]), default), "*at most 100 matchers*");

    [Test]
    public async Task Rejects_a_request_that_is_small_only_while_it_is_compressed()
    {
        using var channel = GrpcChannel.ForAddress($"http://{_node.Address}", new GrpcChannelOptions { CompressionProviders = [new GzipBomb()] });
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };

        var call = async () => await new Store.StoreClient(channel).LabelNamesAsync(new LabelNamesRequest(), headers);

        (await call.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.ResourceExhausted);
    }

    [Test]
    public Task Rejects_a_query_for_values_without_a_label() =>
        Rejects(async () => await _store.LabelValuesAsync(new LabelValuesRequest()), "*the name of a label*");

    [Test]
    public async Task Returns_sorted_label_names_of_matching_series(CancellationToken cancellation)
    {
        (await Names(new LabelNamesRequest())).Should().Equal("__name__", "cluster", "generation", "replica");
        (await Names(new LabelNamesRequest { Matchers = { Match(Type.Eq, "__name__", "up") } })).Should().Equal("__name__", "cluster", "replica");
        (await Names(new LabelNamesRequest { WithoutReplicaLabels = { "replica" }, Limit = 2 })).Should().Equal("__name__", "cluster");
        (await Names(new LabelNamesRequest { Start = 1, End = 2 })).Should().BeEmpty();

        async Task<IEnumerable<string>> Names(LabelNamesRequest request) =>
            (await _store.LabelNamesAsync(request, cancellationToken: cancellation)).Names;
    }

    [Test]
    public async Task Returns_sorted_label_values_of_matching_series(CancellationToken cancellation)
    {
        (await Values(new LabelValuesRequest { Label = "generation" })).Should().Equal("0", "1", "2");
        (await Values(new LabelValuesRequest { Label = "generation", Limit = 1 })).Should().Equal("0");
        (await Values(new LabelValuesRequest { Label = "generation", Matchers = { Match(Type.Eq, "__name__", "up") } })).Should().BeEmpty();
        (await Values(new LabelValuesRequest { Label = "replica", WithoutReplicaLabels = { "replica" } })).Should().BeEmpty();
        (await Values(new LabelValuesRequest { Label = "__name__" })).Should().BeInAscendingOrder(StringComparer.Ordinal).And.Contain("up");

        async Task<IEnumerable<string>> Values(LabelValuesRequest request) =>
            (await _store.LabelValuesAsync(request, cancellationToken: cancellation)).Values;
    }

    [Test]
    public async Task Reports_a_port_that_is_in_use()
    {
        var second = () => StoreNodeHost.StartAsync(new StoreNodeOptions { Address = IPEndPoint.Parse(_node.Address) });

        await second.Should().ThrowAsync<StartupException>().WithMessage($"Cannot listen on {_node.Address}: *in use*--grpc-address*");
    }

    private static SeriesRequest Everything(params LabelMatcher[] matchers) => new()
    {
        MinTime = long.MinValue,
        MaxTime = long.MaxValue,
        Matchers = { matchers.DefaultIfEmpty(Match(Type.Neq, "__name__", "")) },
    };

    private static LabelMatcher Match(Type type, string name, string value) => new() { Type = type, Name = name, Value = value };

    private async Task<List<Series>> Read(SeriesRequest request, CancellationToken cancellation) =>
        (await Frames(request, cancellation)).ConvertAll(frame => frame.Series);

    private async Task<List<SeriesResponse>> Frames(SeriesRequest request, CancellationToken cancellation)
    {
        using var call = _store.Series(request, cancellationToken: cancellation);
        return await call.ResponseStream.ReadAllAsync(cancellation).ToListAsync(cancellation);
    }

    private static async Task Rejects(Func<Task> call, string reason)
    {
        var error = (await call.Should().ThrowAsync<RpcException>()).Which;
        error.StatusCode.Should().Be(StatusCode.InvalidArgument);
        error.Status.Detail.Should().Match(reason);
    }

    private static string Text(Label label) => $"{label.Name}={label.Value}";
}
