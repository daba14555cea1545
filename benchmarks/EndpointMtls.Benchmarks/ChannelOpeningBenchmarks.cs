using BenchmarkDotNet.Attributes;

namespace EndpointMtls.Benchmarks;

/// <summary>What does it cost to open a channel and make the first call over it, against a channel built by hand?</summary>
/// <remarks>From nothing to the reply of one unary call, and everything closed again. The figures hold the server's side, which is the same for both.</remarks>
public class ChannelOpeningBenchmarks
{
    private BenchmarkServer _server = null!;

    [GlobalSetup]
    public async Task Setup() => _server = await BenchmarkServer.StartAsync();

    [GlobalCleanup]
    public Task Cleanup() => _server.DisposeAsync().AsTask();

    /// <summary>With TLS options that are made already, and never change.</summary>
    [Benchmark(Baseline = true)]
    public async Task ByHand()
    {
        using var channel = _server.CreateChannelByHand();
        await BytesService.CallAsync(channel);
    }

    /// <summary>By what lies beneath the factory, which would keep the channel.</summary>
    [Benchmark]
    public async Task Ours()
    {
        using var channel = _server.CreateChannel();
        await BytesService.CallAsync(channel.Channel);
    }
}
