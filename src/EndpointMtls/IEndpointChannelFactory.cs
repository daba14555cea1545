using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>Finds the realm of an address, and shares one <see cref="GrpcChannel"/> per address.</summary>
/// <remarks>
/// <para>Thread-safe. The factory owns all channels that it returns, and disposes them with the container.</para>
/// <para>
/// An address is <c>host:port</c>, an IPv4 address with a port, <c>[IPv6]:port</c> or <c>unix:/path</c>. The first three may have the
/// prefix <c>dns:///</c>. <c>https://host:port</c> requires a realm with TLS, and <c>http://host:port</c> requires a plaintext realm.
/// There is no default port.
/// </para>
/// <para>
/// Addresses are compared in their normal form. Case and one trailing dot are ignored, international names are converted to ASCII, and
/// IP addresses are written in their shortest form.
/// </para>
/// <para>
/// In a realm with <see cref="RealmOptions.Group"/>, an address may also be a name that resolves to several addresses: <c>host:port</c>,
/// or a discovery address such as <c>dnssrv+_grpc._tcp.example.com</c>. It has one channel, which balances calls over them. The endpoints
/// that other discovery addresses resolve to are in <see cref="IEndpointSet"/>.
/// </para>
/// </remarks>
public interface IEndpointChannelFactory
{
    /// <summary>Gets the channel of an address. Returns the same instance for each call; rotations and most reloads keep it.</summary>
    /// <remarks>
    /// <para>
    /// The factory owns the channel. Do not dispose it, also not with <c>using</c>: its calls would fail for all callers. If a caller
    /// disposes it, a warning names the address once, and the next call of this method returns another channel.
    /// </para>
    /// <para>
    /// A reload closes the channel if no realm matches the address any more, or if the realm turns TLS on or off, becomes or stops being
    /// a group, or changes the service config of its group. Running calls may then finish. New calls fail with
    /// <see cref="ConnectionFailureReason.RealmRemoved"/>: call this method again to get a new channel.
    /// </para>
    /// </remarks>
    /// <param name="address">The address, in one of the forms above.</param>
    /// <returns>The shared channel. Do not dispose it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">The address is invalid, or is a discovery address that no realm lists as a group.</exception>
    /// <exception cref="NoMatchingRealmException">No realm matches the address.</exception>
    /// <exception cref="InvalidOperationException">
    /// The address has <c>https://</c> and its realm is plaintext, or <c>http://</c> and its realm uses TLS; or
    /// <see cref="EndpointMtlsOptions.ConfigureChannel"/> sets an option that belongs to the realm.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    GrpcChannel GetChannel(string address);

    /// <summary>
    /// Describes an address as it is now: its realm, TLS settings, last connection and last failure. Opens no connection.
    /// </summary>
    /// <param name="address">The address, as for <see cref="GetChannel"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">The address is invalid, or is a discovery address that no realm lists as a group.</exception>
    /// <exception cref="NoMatchingRealmException">No realm matches the address.</exception>
    /// <exception cref="InvalidOperationException">
    /// The address has <c>https://</c> and its realm is plaintext, or <c>http://</c> and its realm uses TLS.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    EndpointDescription Describe(string address);

    /// <summary>Explains which realm an address belongs to: what matches it, where that is configured, and what was tried before.</summary>
    /// <param name="address">
    /// The address, as for <see cref="GetChannel"/>, but not a discovery address. The prefixes <c>https://</c> and <c>http://</c> have no
    /// effect. If no realm matches, the result says so.
    /// </param>
    /// <remarks>For diagnostics: unlike <see cref="GetChannel"/>, its cost grows with the number of patterns.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">The address is invalid, or is a discovery address.</exception>
    AddressMatch Explain(string address);

    /// <summary>
    /// Describes the configuration: since when it is in use, why a later change was rejected, and the certificates of all realms.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    ConfigurationDescription DescribeConfiguration();
}
