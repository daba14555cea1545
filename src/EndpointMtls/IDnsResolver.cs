#pragma warning disable CS1591
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls;
public interface IDnsResolver
{
    Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken);
    Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken);
}
public sealed record DnsServiceRecord(string Target, int Port, int Priority, int Weight);
