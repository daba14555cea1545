using System.Net;
using System.Net.NetworkInformation;

namespace EndpointMtls.Dns;

/// <summary>The name servers of Windows, which has no resolv.conf: those of the network interfaces that are up.</summary>
internal static class WindowsSettings
{
    /// <exception cref="DnsException">No interface that is up has a name server.</exception>
    public static DnsSettings Read()
    {
        var properties = IPGlobalProperties.GetIPGlobalProperties();
        return new DnsSettings
        {
            Servers = [.. Servers()],
            SearchDomains = properties.DomainName is { Length: > 0 } domain ? [domain.ToLowerInvariant()] : [],
            Advice = DnsSettings.AdviceFor("the name servers of the network interfaces"),
        } is { Servers.IsEmpty: false } settings
            ? settings
            : throw new DnsException(
                "no network interface that is up has a name server",
                $"Check the network, or set {nameof(EndpointSetOptions)}.{nameof(EndpointSetOptions.NameServers)}");
    }

    // Where no name server is set, Windows returns site-local addresses without a server.
    private static IEnumerable<IPEndPoint> Servers() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(networkInterface => networkInterface.OperationalStatus == OperationalStatus.Up)
        .SelectMany(networkInterface => networkInterface.GetIPProperties().DnsAddresses)
        .Where(address => !address.IsIPv6SiteLocal)
        .Distinct()
        .Select(address => new IPEndPoint(address, DnsSettings.DefaultPort));
}
