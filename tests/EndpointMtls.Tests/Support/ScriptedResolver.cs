using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Tests.Support;

/// <summary>A resolver whose answers a test sets. Other names do not exist.</summary>
internal sealed class ScriptedResolver : IDnsResolver
{
    private readonly ConcurrentDictionary<string, Func<CancellationToken, Task<IReadOnlyList<IPAddress>>>> _hosts = new();
    private readonly ConcurrentDictionary<string, Func<CancellationToken, Task<IReadOnlyList<DnsServiceRecord>>>> _services = new();

    /// <summary>The queries, in their order.</summary>
    public ConcurrentQueue<string> Queries { get; } = new();

    /// <summary>Released at each query.</summary>
    public SemaphoreSlim Lookups { get; } = new(0);

    public void SetHost(string host, params string[] addresses) => _hosts[host] = _ => Task.FromResult<IReadOnlyList<IPAddress>>([.. addresses.Select(IPAddress.Parse)]);

    public void SetHost(string host, Func<CancellationToken, Task<IReadOnlyList<IPAddress>>> answer) => _hosts[host] = answer;

    public void SetService(string name, params (string Target, int Port)[] records) =>
        _services[name] = _ => Task.FromResult<IReadOnlyList<DnsServiceRecord>>([.. records.Select(record => new DnsServiceRecord(record.Target, record.Port, 0, 0))]);

    public void FailService(string name, string message) => _services[name] = _ => throw new IOException(message);

    public Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        Queries.Enqueue($"{host} {family}");
        Lookups.Release();
        return _hosts.TryGetValue(host, out var answer) ? answer(cancellationToken) : Task.FromResult<IReadOnlyList<IPAddress>>([]);
    }

    public Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken)
    {
        Queries.Enqueue($"{name} SRV");
        Lookups.Release();
        return _services.TryGetValue(name, out var answer) ? answer(cancellationToken) : Task.FromResult<IReadOnlyList<DnsServiceRecord>>([]);
    }
}
