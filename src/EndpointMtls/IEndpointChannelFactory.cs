using Grpc.Net.Client;

namespace EndpointMtls;

/// <summary>Resolves a target address against the configured realms and shares one <see cref="GrpcChannel"/> per address.</summary>
/// <remarks>Thread-safe. The factory owns every channel it hands out and disposes them when the container is disposed.</remarks>
public interface IEndpointChannelFactory
{
    /// <summary>Gets the channel for an address: the same instance for every call, for the life of the factory.</summary>
    /// <param name="address"><c>host:port</c>, an IPv4 address with port, or <c>[IPv6]:port</c>. There is no default port.</param>
    /// <returns>A channel that the caller shares and must not dispose.</returns>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    /// <exception cref="UnclaimedAddressException">No realm claims the address.</exception>
    /// <exception cref="InvalidOperationException"><see cref="EndpointMtlsOptions.ConfigureChannel"/> sets what is the realm's to decide.</exception>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    GrpcChannel GetChannel(string address);

    /// <summary>Describes an address now: its realm, its protection, its last connection and its last failure.</summary>
    /// <param name="address">An address as <see cref="GetChannel"/> takes it. Describing never opens a connection.</param>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    /// <exception cref="UnclaimedAddressException">No realm claims the address.</exception>
    /// <exception cref="ObjectDisposedException">The factory has been disposed.</exception>
    EndpointDescription Describe(string address);
}
