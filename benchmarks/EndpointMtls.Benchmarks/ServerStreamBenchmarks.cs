using BenchmarkDotNet.Attributes;
using Grpc.Net.Client;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures a stream of 100 messages of 1 KiB over an open channel, against a channel built by hand.</summary>
/// <remarks>The figures include the server, which is the same for both.</remarks>
public class ServerStreamBenchmarks
{
    private BenchmarkServer _server = null!;
    private GrpcChannel _byHand = null!;
    private GrpcChannel _ours = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _server = await BenchmarkServer.StartAsync();
        (_byHand, _ours) = (_server.CreateChannelByHand(), _server.GetChannel());
    }

    [GlobalCleanup]
    public Task Cleanup()
    {
        _byHand.Dispose();
        return _server.DisposeAsync().AsTask();
    }

    [Benchmark(Baseline = true)]
    public Task<int> ByHand() => BytesService.StreamAsync(_byHand);

    [Benchmark]
    public Task<int> Ours() => BytesService.StreamAsync(_ours);
}
