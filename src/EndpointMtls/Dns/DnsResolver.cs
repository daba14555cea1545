using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>Looks names up by asking DNS servers, and leaves addresses to the system unless it was told which servers to ask.</summary>
internal sealed class DnsResolver : IDnsResolver
{
    private readonly SearchList _servers;
    private readonly SystemLookup? _system;

    /// <param name="nameServers">The servers to ask; if there are none, those of the system.</param>
    /// <param name="timeProvider">The clock for timeouts.</param>
    public DnsResolver(IReadOnlyList<IPEndPoint> nameServers, TimeProvider timeProvider)
        : this(nameServers, timeProvider, ResolvConfFile.SystemPath)
    {
    }

    /// <summary>The same with a resolv.conf at another place, whose servers listen on another port.</summary>
    internal DnsResolver(IReadOnlyList<IPEndPoint> nameServers, TimeProvider timeProvider, string resolvConf, int port = DnsSettings.Port)
    {
        Func<DnsSettings> settings;
        if (nameServers.Count > 0)
        {
            var given = new DnsSettings { Servers = [.. nameServers], Advice = "Check the DNS servers that discovery was given, and whether they can be reached from here" };
            settings = () => given;
        }
        else
        {
            _system = new SystemLookup(new SemaphoreSlim(SystemLookup.Slots), SystemLookup.AskSystem);
            settings = OperatingSystem.IsWindows() && resolvConf == ResolvConfFile.SystemPath ? WindowsSettings.Read : new ResolvConfFile(resolvConf, timeProvider, port).Read;
        }

        _servers = new SearchList(new DnsClient(timeProvider), settings);
    }

    public async Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        if (family is not (AddressFamily.Unspecified or AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            throw new ArgumentOutOfRangeException(nameof(family), family, "Ask for IPv4, IPv6, or both by leaving it unspecified.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (HostLiteral.TryParse(host, out var literal))
        {
            return family == AddressFamily.Unspecified || family == literal.AddressFamily ? [literal] : [];
        }

        if (_system is not null)
        {
            return await _system.FindAsync(host, family, cancellationToken).ConfigureAwait(false);
        }

        // Half an answer would take the other half's endpoints away, so both have to succeed.
        DnsType[] types = family switch
        {
            AddressFamily.InterNetwork => [DnsType.A],
            AddressFamily.InterNetworkV6 => [DnsType.AAAA],
            _ => [DnsType.A, DnsType.AAAA],
        };
        var answers = await Task.WhenAll(types.Select(type => _servers.FindAsync(host, type, cancellationToken))).ConfigureAwait(false);
        return [.. answers.SelectMany(records => records).OfType<AddressRecord>().Select(record => record.Address).Distinct()];
    }

    public async Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var records = await _servers.FindAsync(name, DnsType.SRV, cancellationToken).ConfigureAwait(false);
        return [.. records.OfType<ServiceRecord>().Select(record => record.Service).Where(service => service.Target.Length > 0).Distinct()];
    }
}
