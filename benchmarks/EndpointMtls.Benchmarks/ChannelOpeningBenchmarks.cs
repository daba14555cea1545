using BenchmarkDotNet.Attributes;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures opening a channel and making the first call, against a channel built by hand.</summary>
/// <remarks>Creates the channel, makes one unary call, and closes everything. The figures include the server, which is the same for both.</remarks>
public class ChannelOpeningBenchmarks
{
    private BenchmarkServer _server = null!;

    [GlobalSetup]
    public async Task Setup() => _server = await BenchmarkServer.StartAsync();

    [GlobalCleanup]
    public Task Cleanup() => _server.DisposeAsync().AsTask();

    /// <summary>With static TLS options that were created before.</summary>
    [Benchmark(Baseline = true)]
    public async Task ByHand()
    {
        using var channel = _server.CreateChannelByHand();
        await BytesService.CallAsync(channel);
    }

    /// <summary>Without the factory, which would cache the channel.</summary>
    [Benchmark]
    public async Task Ours()
    {
        using var channel = _server.CreateChannel();
        await BytesService.CallAsync(channel.Channel);
    }
}
