using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>
/// Resolves names with the configured name servers. Without any, addresses are resolved by the system, and SRV records by the
/// name servers of the system.
/// </summary>
internal sealed class DnsResolver : IDnsResolver
{
    private readonly SearchList _searchList;
    private readonly SystemResolver? _system;

    /// <param name="nameServers">The name servers; empty for those of the system.</param>
    /// <param name="timeProvider">The clock for timeouts.</param>
    public DnsResolver(IReadOnlyList<IPEndPoint> nameServers, TimeProvider timeProvider)
        : this(nameServers, timeProvider, ResolvConfFile.SystemPath)
    {
    }

    /// <summary>For tests: with the path of a resolv.conf, and the port of its name servers.</summary>
    internal DnsResolver(
        IReadOnlyList<IPEndPoint> nameServers, TimeProvider timeProvider, string resolvConf, int port = DnsSettings.DefaultPort)
    {
        Func<DnsSettings> settings;
        if (nameServers.Count > 0)
        {
            var configured = new DnsSettings
            {
                Servers = [.. nameServers],
                Advice = DnsSettings.AdviceFor($"the servers of {nameof(EndpointSetOptions)}.{nameof(EndpointSetOptions.NameServers)}"),
            };
            settings = () => configured;
        }
        else
        {
            _system = new SystemResolver(new SemaphoreSlim(SystemResolver.MaxParallelSystemLookups), SystemResolver.GetAddressesAsync);
            settings = OperatingSystem.IsWindows() && resolvConf == ResolvConfFile.SystemPath
                ? WindowsSettings.Read
                : new ResolvConfFile(resolvConf, timeProvider, port).Read;
        }

        _searchList = new SearchList(new DnsClient(timeProvider), settings);
    }

    public async Task<IReadOnlyList<IPAddress>> ResolveAddressesAsync(
        string host, AddressFamily family, CancellationToken cancellationToken)
    {
        if (family is not (AddressFamily.Unspecified or AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            throw new ArgumentOutOfRangeException(nameof(family), family, "Must be InterNetwork, InterNetworkV6 or Unspecified.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (IPLiteral.TryParse(host, out var literal))
        {
            return family == AddressFamily.Unspecified || family == literal.AddressFamily ? [literal] : [];
        }

        if (_system is not null)
        {
            return await _system.ResolveAsync(host, family, cancellationToken).ConfigureAwait(false);
        }

        // Both must succeed: with the addresses of one family only, the endpoints of the other would be removed.
        DnsType[] types = family switch
        {
            AddressFamily.InterNetwork => [DnsType.A],
            AddressFamily.InterNetworkV6 => [DnsType.AAAA],
            _ => [DnsType.A, DnsType.AAAA],
        };
        var answers = await Task.WhenAll(types.Select(type => _searchList.ResolveAsync(host, type, cancellationToken)))
            .ConfigureAwait(false);
        return [.. answers.SelectMany(records => records).OfType<AddressRecord>().Select(record => record.Address).Distinct()];
    }

    public async Task<IReadOnlyList<DnsServiceRecord>> ResolveServicesAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var records = await _searchList.ResolveAsync(name, DnsType.SRV, cancellationToken).ConfigureAwait(false);
        var services = records.OfType<ServiceRecord>().Select(record => record.Service);
        return [.. services.Where(service => service.Target.Length > 0).Distinct()];
    }
}
