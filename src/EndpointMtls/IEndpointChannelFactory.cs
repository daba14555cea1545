using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>Resolves a target address against the configured realms and shares one <see cref="GrpcChannel"/> per address.</summary>
/// <remarks>
/// <para>Thread-safe. The factory owns every channel it hands out and disposes them when the container is disposed.</para>
/// <para>
/// An address is <c>host:port</c>, an IPv4 address with port, <c>[IPv6]:port</c>, or the same behind <c>dns:///</c>. There is no
/// default port. <c>https://host:port</c> and <c>http://host:port</c> say in addition that the realm must, or must not, have a TLS
/// configuration. <c>unix:/path</c> is a Unix domain socket. However an address is written, it stands for the same channel: case
/// and one trailing dot do not count, international names are those of their ASCII form, and IP addresses are taken in their
/// shortest form.
/// </para>
/// <para>
/// In a realm with <see cref="RealmOptions.Group"/>, a name stands for all addresses it leads to: <c>host:port</c> for those of the
/// host, and a discovery address such as <c>dnssrv+_grpc._tcp.example.com</c>, prefix included, for those behind it. There is one
/// channel to all of them, and calls are balanced over them. Without a group, discovery addresses are not asked for: what they
/// lead to is in <see cref="IEndpointSet"/>.
/// </para>
/// </remarks>
public interface IEndpointChannelFactory
{
    /// <summary>Gets the channel for an address: the same instance for every call, whatever becomes of certificates and realms.</summary>
    /// <remarks>
    /// Only when the configuration changes so that no realm claims the address any more, or that its realm turns TLS on or
    /// off, becomes a group or ceases to be one, or as a group has another service config, is the channel given up: running
    /// calls may finish, and new ones on it fail with <see cref="ConnectionFailureReason.RealmRemoved"/>. Ask again then. Whoever keeps a channel for long should be ready for that.
    /// </remarks>
    /// <param name="address">An address in any of the forms above.</param>
    /// <returns>A channel that the caller shares and must not dispose.</returns>
    /// <exception cref="FormatException">The address cannot be read, or is a discovery address that no realm lists as a group.</exception>
    /// <exception cref="NoMatchingRealmException">No realm claims the address.</exception>
    /// <exception cref="InvalidOperationException">
    /// The address says <c>https://</c> and its realm is plaintext, or <c>http://</c> and its realm has TLS; or
    /// <see cref="EndpointMtlsOptions.ConfigureChannel"/> sets what is the realm's to decide.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    GrpcChannel GetChannel(string address);

    /// <summary>Describes an address now: its realm, its protection, its last connection and its last failure.</summary>
    /// <param name="address">An address as <see cref="GetChannel"/> takes it. Describing never opens a connection.</param>
    /// <exception cref="FormatException">The address cannot be read, or is a discovery address that no realm lists as a group.</exception>
    /// <exception cref="NoMatchingRealmException">No realm claims the address.</exception>
    /// <exception cref="InvalidOperationException">The address says <c>https://</c> and its realm is plaintext, or <c>http://</c> and its realm has TLS.</exception>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    EndpointDescription Describe(string address);

    /// <summary>Explains which realm an address belongs to: what claims it, where that stands, and what was tried before.</summary>
    /// <param name="address">An address as <see cref="GetChannel"/> takes it, but for discovery addresses. No realm needs to claim it, and what it says of TLS does not count.</param>
    /// <remarks>For people who ask why: it takes longer with every pattern, which <see cref="GetChannel"/> does not.</remarks>
    /// <exception cref="FormatException">The address cannot be read, or is a discovery address.</exception>
    AddressMatch Explain(string address);
}
