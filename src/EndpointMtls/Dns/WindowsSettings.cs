using System.Net;
using System.Net.NetworkInformation;

namespace EndpointMtls.Dns;

/// <summary>The DNS servers of Windows, which has no resolv.conf: those of the network interfaces that are up.</summary>
internal static class WindowsSettings
{
    /// <exception cref="DnsException">No interface that is up has a server.</exception>
    public static DnsSettings Read()
    {
        var properties = IPGlobalProperties.GetIPGlobalProperties();
        return new DnsSettings
        {
            Servers = [.. Servers()],
            Search = properties.DomainName is { Length: > 0 } domain ? [domain.ToLowerInvariant()] : [],
            Advice = "Check the DNS servers of the network interfaces",
        } is { Servers.IsEmpty: false } settings
            ? settings
            : throw new DnsException("No network interface that is up has a DNS server. Check the network, or give the DNS servers to discovery.");
    }

    // Windows fills in site-local addresses where nobody has set any; no server is there.
    private static IEnumerable<IPEndPoint> Servers() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().DnsAddresses)
        .Where(address => !address.IsIPv6SiteLocal)
        .Distinct()
        .Select(address => new IPEndPoint(address, DnsSettings.Port));
}
