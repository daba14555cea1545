using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures getting a known channel against a lookup in a dictionary.</summary>
public class ChannelCacheBenchmarks
{
    private const string Address = "store-1.eu.example.com:10901";

    private readonly ConcurrentDictionary<string, GrpcChannel> _dictionary = new(StringComparer.Ordinal);
    private ServiceProvider _services = null!;
    private IEndpointChannelFactory _factory = null!;

    [GlobalSetup]
    public void Setup()
    {
        _services = Containers.With(tls: null);
        _factory = _services.GetRequiredService<IEndpointChannelFactory>();
        _dictionary[Address] = _factory.GetChannel(Address);
    }

    [GlobalCleanup]
    public void Cleanup() => _services.Dispose();

    [Benchmark(Baseline = true)]
    public GrpcChannel? Dictionary() => _dictionary.TryGetValue(Address, out var channel) ? channel : null;

    [Benchmark]
    public GrpcChannel GetChannel() => _factory.GetChannel(Address);
}
