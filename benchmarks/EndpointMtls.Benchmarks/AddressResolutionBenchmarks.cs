using System.Collections.Immutable;
using System.Net;
using BenchmarkDotNet.Attributes;
using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointMtls.Benchmarks;

/// <summary>Measures finding the realm of a new address, by number of patterns.</summary>
public class AddressResolutionBenchmarks
{
    private PatternSet _patterns = null!;
    private ServiceProvider _services = null!;
    private RealmTable _table = null!;
    private IEndpointChannelFactory _factory = null!;
    private ImmutableArray<AddressPattern> _inOrder;
    private EndpointChannelFactory? _unasked;
    private int _asked;

    [Params(10, 1_000, 100_000)]
    public int Patterns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _patterns = new PatternSet(Patterns);
        _services = Containers.With(_patterns.Options);
        _table = _services.GetTable();
        _factory = _services.GetRequiredService<IEndpointChannelFactory>();
        _inOrder = [.. _table.Realms.SelectMany(realm => realm.Definition.Match)];
        foreach (var address in _patterns.Addresses)
            _ = _factory.Describe(address);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _unasked?.Dispose();
        _services.Dispose();
    }

    /// <summary>Parses the address and tries one pattern after the other, as simple rule lists do.</summary>
    [Benchmark(Baseline = true)]
    public object? TryEachPattern()
    {
        _ = EndpointAddress.TryParse(_patterns.NextAddress(), out var address, out _);
        _ = IPAddress.TryParse(address.Host, out var ip);
        foreach (var pattern in _inOrder)
        {
            if (Matches(pattern, address, ip))
                return pattern;
        }

        return null;
    }

    /// <summary>Parses the address and looks it up in the table.</summary>
    [Benchmark]
    public object? Find() => EndpointTarget.TryParse(_patterns.NextAddress(), out var target, out _) ? _table.Find(target) : null;

    /// <summary>The first GetChannel of an address: creates and caches the channel. A factory that has a channel for every address is replaced, which the figure includes.</summary>
    [Benchmark]
    public GrpcChannel GetChannel()
    {
        if (_asked++ % _patterns.Addresses.Length == 0)
        {
            _unasked?.Dispose();
            _unasked = new EndpointChannelFactory(_services.GetRequiredService<RealmRegistry>(), _services.GetRequiredService<EndpointChannelBuilder>(), NullLoggerFactory.Instance);
        }

        return _unasked!.GetChannel(_patterns.NextAddress());
    }

    /// <summary>Finds the realm by the public API. Describe caches nothing.</summary>
    [Benchmark]
    public EndpointDescription Describe() => _factory.Describe(_patterns.NextAddress());

    // Not by the pattern itself: that is slow, and only for tests.
    private static bool Matches(AddressPattern pattern, EndpointAddress address, IPAddress? ip) => (pattern.Port is null || pattern.Port == address.Port) && pattern.Kind switch
    {
        PatternKind.Any => true,
        PatternKind.Exact => address.Host == pattern.Host,
        PatternKind.Suffix => address.Host.Length > pattern.Host.Length && address.Host[^(pattern.Host.Length + 1)] == '.' && address.Host.EndsWith(pattern.Host, StringComparison.Ordinal),
        _ => ip is not null && pattern.Network.Contains(ip),
    };
}
