using BenchmarkDotNet.Attributes;
using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures the rotation of one channel to new certificates.</summary>
public class RotationBenchmarks
{
    private BenchmarkServer _server = null!;
    private EndpointMeter _meter = null!;
    private RealmHandler _handler = null!;
    private GrpcChannel _channel = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _server = await BenchmarkServer.StartAsync();
        _meter = _server.Services.GetRequiredService<EndpointMeter>();
        var destination = new AddressDestination(new EndpointAddress("127.0.0.1", _server.Port));
        var context = new ChannelContext(destination, _server.Services.GetTable().Realms[0], TimeProvider.System, NullLogger.Instance, _meter, new FailedRotations());
        _handler = new RealmHandler(context, new EndpointConnector(context));
        _channel = GrpcChannel.ForAddress($"https://{_server.Address}", new GrpcChannelOptions { HttpHandler = _handler, DisposeHttpClient = true });
        await BytesService.CallAsync(_channel);
    }

    [GlobalCleanup]
    public Task Cleanup()
    {
        _channel.Dispose();
        return _server.DisposeAsync().AsTask();
    }

    /// <summary>A call without a rotation.</summary>
    [Benchmark(Baseline = true)]
    public Task<int> Call() => BytesService.CallAsync(_channel);

    /// <summary>A rotation, and the call that opens the new connection and closes the old one.</summary>
    [Benchmark]
    public Task<int> RenewAndCall()
    {
        _handler.Generations.Rotate();
        return BytesService.CallAsync(_channel);
    }
}
