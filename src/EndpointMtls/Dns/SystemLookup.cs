using System.Net;
using System.Net.Sockets;
using EndpointMtls.Async;

namespace EndpointMtls.Dns;

/// <summary>Looks addresses up as the system does, which heeds its hosts file and whatever else it is set up with.</summary>
/// <param name="slots">How many lookups may run at once: each holds a thread until it is over, and nothing ends it before.</param>
/// <param name="lookUp">How the system is asked.</param>
internal sealed class SystemLookup(SemaphoreSlim slots, Func<string, AddressFamily, Task<IPAddress[]>> lookUp)
{
    public const int Slots = 32;

    public static Task<IPAddress[]> AskSystem(string host, AddressFamily family) => System.Net.Dns.GetHostAddressesAsync(host, family, CancellationToken.None);

    /// <exception cref="DnsException">The system could not say.</exception>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await HoldSlotAsync(host, family).WaitOrAbandonAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new DnsException(
                $"The system could not look up the addresses of '{host}': {exception.Message.TrimEnd('.')}. Try 'getent ahosts {host}' on the same machine; it asks what '/etc/nsswitch.conf' and '/etc/resolv.conf' name.", exception);
        }
    }

    // Whoever waits may give up; the slot is free only when the thread is back.
    private async Task<IPAddress[]> HoldSlotAsync(string host, AddressFamily family)
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
