using BenchmarkDotNet.Attributes;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures creating and disposing a channel without calls, against a channel built by hand.</summary>
public class ChannelCreationBenchmarks
{
    private BenchmarkServer _server = null!;

    [GlobalSetup]
    public async Task Setup() => _server = await BenchmarkServer.StartAsync();

    [GlobalCleanup]
    public Task Cleanup() => _server.DisposeAsync().AsTask();

    /// <summary>With static TLS options that were created before.</summary>
    [Benchmark(Baseline = true)]
    public void ByHand()
    {
        using var channel = _server.CreateChannelByHand();
    }

    /// <summary>Without the factory, which would cache the channel.</summary>
    [Benchmark]
    public void Ours()
    {
        using var channel = _server.CreateChannel();
    }
}
