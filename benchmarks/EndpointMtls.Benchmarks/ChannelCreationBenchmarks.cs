using BenchmarkDotNet.Attributes;

namespace EndpointMtls.Benchmarks;

/// <summary>What does it cost to get a channel to a new address, before any call, and to dispose it, against a channel built by hand?</summary>
public class ChannelCreationBenchmarks
{
    private BenchmarkServer _server = null!;

    [GlobalSetup]
    public async Task Setup() => _server = await BenchmarkServer.StartAsync();

    [GlobalCleanup]
    public Task Cleanup() => _server.DisposeAsync().AsTask();

    /// <summary>With TLS options that are made already, and never change.</summary>
    [Benchmark(Baseline = true)]
    public void ByHand()
    {
        using var channel = _server.CreateChannelByHand();
    }

    /// <summary>By what lies beneath the factory, which would keep the channel.</summary>
    [Benchmark]
    public void Ours()
    {
        using var channel = _server.CreateChannel();
    }
}
