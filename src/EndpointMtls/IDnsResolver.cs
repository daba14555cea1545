using System.Net;
using System.Net.Sockets;

namespace EndpointMtls;

/// <summary>Looks up DNS names for endpoint discovery. Register an implementation as a singleton to replace the default.</summary>
/// <remarks>
/// <para>Implementations must be thread-safe.</para>
/// <para>Names are ASCII. A name that ends with a dot is absolute: do not apply a search list to it.</para>
/// <para>
/// An empty result means that the name has no records: endpoints that were discovered by it leave the set. An exception means that
/// the lookup failed: they stay.
/// </para>
/// </remarks>
public interface IDnsResolver
{
    /// <summary>Looks up the addresses of a host.</summary>
    /// <param name="host">A host name. An IP address resolves to itself.</param>
    /// <param name="family">
    /// <see cref="AddressFamily.InterNetwork"/>, <see cref="AddressFamily.InterNetworkV6"/>, or <see cref="AddressFamily.Unspecified"/>
    /// for both.
    /// </param>
    /// <param name="cancellationToken">Cancels the lookup.</param>
    /// <returns>The addresses in the order of the response. Empty if the name does not exist, or has no address of the family.</returns>
    Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>Looks up the SRV records of a service (RFC 2782).</summary>
    /// <param name="name">The full name, for example <c>_grpc._tcp.stores.example.com</c>.</param>
    /// <param name="cancellationToken">Cancels the lookup.</param>
    /// <returns>
    /// The records in the order of the response. Empty if the name does not exist, has no SRV record, or has the single target <c>.</c>
    /// (the service is not available).
    /// </returns>
    Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken);
}
