using System.Net;
using System.Net.Sockets;

namespace EndpointMtls;

/// <summary>Looks up the names behind which discovery finds endpoints.</summary>
/// <remarks>
/// <para>Implementations must be thread-safe. Register your own as a singleton to replace the one that is built in.</para>
/// <para>
/// A name that ends in a dot is absolute: no search list is applied to it. Names are ASCII. An empty answer means that there are
/// none, and takes the endpoints away that were found before; any exception means that nothing is known, and keeps them.
/// </para>
/// </remarks>
public interface IDnsResolver
{
    /// <summary>Looks up the addresses of a host.</summary>
    /// <param name="host">A host name, or an IP address, which is its own answer.</param>
    /// <param name="family"><see cref="AddressFamily.InterNetwork"/>, <see cref="AddressFamily.InterNetworkV6"/>, or <see cref="AddressFamily.Unspecified"/> for both.</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    /// <returns>The addresses in the order of the answer; empty if the name does not exist or has none of that family.</returns>
    Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>Looks up the SRV records of a service.</summary>
    /// <param name="name">The whole name, such as <c>_grpc._tcp.stores.example.com</c>.</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    /// <returns>The records in the order of the answer; empty if the name does not exist, has none, or says that there is no such service.</returns>
    Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken);
}
