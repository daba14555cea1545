using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Discovery;

/// <summary>Finds the addresses that a discovery target leads to, once.</summary>
internal sealed class NameQuery(IDnsResolver resolver, CancellationToken cancellationToken)
{
    /// <returns>Each address once, in an order that does not change from one lookup to the next.</returns>
    public async Task<ImmutableArray<DiscoveredAddress>> FindAsync(DiscoveryTarget target)
    {
        var found = target.Kind switch
        {
            DiscoveryKind.Dns => await FindHostAsync(target.LookupName, target.Host, target.Port!.Value, AddressFamily.Unspecified).ConfigureAwait(false),
            DiscoveryKind.DnsDualStack => await FindBothAsync(target).ConfigureAwait(false),
            DiscoveryKind.Srv or DiscoveryKind.SrvNoA => await FindServicesAsync(target).ConfigureAwait(false),
            _ => throw new UnreachableException(),
        };

        // Servers rotate their answers: of the names of one address, it must be the same each time.
        return [.. found.OrderBy(x => x.Address.Host, StringComparer.Ordinal).ThenBy(x => x.Address.Port).ThenBy(x => x.Host, StringComparer.Ordinal).DistinctBy(x => x.Address)];
    }

    private async Task<IEnumerable<DiscoveredAddress>> FindHostAsync(string lookupName, string host, int port, AddressFamily family)
    {
        var addresses = await resolver.ResolveAddressesAsync(lookupName, family, cancellationToken).ConfigureAwait(false);
        return addresses.Select(address => new DiscoveredAddress(new EndpointAddress(TextOf(address), port), host));
    }

    // One family may fail as long as the other answers.
    private async Task<IEnumerable<DiscoveredAddress>> FindBothAsync(DiscoveryTarget target)
    {
        var lookups = new[] { AddressFamily.InterNetworkV6, AddressFamily.InterNetwork }
            .Select(family => FindHostAsync(target.LookupName, target.Host, target.Port!.Value, family)).ToList();
        await ((Task)Task.WhenAll(lookups)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var found = lookups.Where(lookup => lookup.IsCompletedSuccessfully).SelectMany(lookup => lookup.Result).ToList();
        if (found.Count == 0)
        {
            await Task.WhenAll(lookups).ConfigureAwait(false);
        }

        return found;
    }

    private async Task<IEnumerable<DiscoveredAddress>> FindServicesAsync(DiscoveryTarget target)
    {
        var records = await resolver.ResolveServicesAsync(target.LookupName, cancellationToken).ConfigureAwait(false);
        var services = records.Select(record => (Host: NormaliseTarget(record.Target), Port: target.Port ?? record.Port)).Where(service => service.Port > 0).Distinct();
        if (target.Kind == DiscoveryKind.SrvNoA)
        {
            return services.Select(service => new DiscoveredAddress(new EndpointAddress(service.Host, service.Port), service.Host));
        }

        var found = await Task.WhenAll(services.Select(service => FindTargetAsync(service.Host, service.Port))).ConfigureAwait(false);
        return found.SelectMany(addresses => addresses);
    }

    // The target of a record is a full name: nothing is to be searched for beneath a domain. Some servers write addresses.
    private async Task<IEnumerable<DiscoveredAddress>> FindTargetAsync(string host, int port) => HostName.TryGetIP(host, out _)
        ? [new DiscoveredAddress(new EndpointAddress(host, port), host)]
        : await FindHostAsync($"{host}.", host, port, AddressFamily.Unspecified).ConfigureAwait(false);

    private static string NormaliseTarget(string target) => HostName.TryNormalise(target, out var host, out var problem)
        ? host
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"an SRV record names the target '{Snippet.Truncate(target)}', which is not a host: {problem}"));

    private static string TextOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
