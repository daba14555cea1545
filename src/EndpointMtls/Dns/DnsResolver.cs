using System.Net;
using System.Net.Sockets;
namespace EndpointMtls.Dns;
internal sealed class DnsResolver(IReadOnlyList<IPEndPoint> nameServers, TimeProvider timeProvider) : IDnsResolver
{
    public object X => (nameServers, timeProvider);
    public async Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken) => await System.Net.Dns.GetHostAddressesAsync(host, family, cancellationToken).ConfigureAwait(false);
    public Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
}
