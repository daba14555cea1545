using System.Net;
using System.Net.Sockets;
using EndpointMtls.Async;

namespace EndpointMtls.Dns;

/// <summary>Resolves addresses with the resolver of the system, which also uses its hosts file and other sources.</summary>
/// <param name="slots">Bounds the parallel lookups: each holds a thread until it ends, and cannot be cancelled.</param>
/// <param name="lookUp">Calls the resolver of the system.</param>
internal sealed class SystemResolver(SemaphoreSlim slots, Func<string, AddressFamily, Task<IPAddress[]>> lookUp)
{
    public const int MaxParallelSystemLookups = 32;

    public static Task<IPAddress[]> GetAddressesAsync(string host, AddressFamily family) =>
        System.Net.Dns.GetHostAddressesAsync(host, family, CancellationToken.None);

    /// <summary>Returns the addresses; empty if the name does not exist.</summary>
    /// <exception cref="DnsException">The lookup failed.</exception>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await LookUpAsync(host, family).WaitOrAbandonAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new DnsException(
                $"the resolver of the system failed for '{host}': {exception.Message.TrimEnd('.')}",
                $"Run 'getent ahosts {host}' on this machine; it also uses '/etc/nsswitch.conf' and '/etc/resolv.conf'",
                exception);
        }
    }

    // The caller may give up earlier, but the slot is free only when the thread is.
    private async Task<IPAddress[]> LookUpAsync(string host, AddressFamily family)
    {
        try
        {
            return await lookUp(host, family).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }
}
