using BenchmarkDotNet.Attributes;
using Grpc.Net.Client;

namespace EndpointMtls.Benchmarks;

/// <summary>What does a stream of 100 messages of 1 KiB cost over a channel of ours that is open, against one built by hand?</summary>
/// <remarks>The figures hold the server's side, which is the same for both.</remarks>
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
