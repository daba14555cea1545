using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EndpointMtls.Addressing;

namespace EndpointMtls.Discovery;

/// <summary>Resolves a discovery target once.</summary>
internal sealed class NameQuery(IDnsResolver resolver, CancellationToken cancellationToken)
{
    /// <returns>The addresses without duplicates, in the same order at each lookup.</returns>
    public async Task<ImmutableArray<DiscoveredAddress>> ResolveAsync(DiscoveryTarget target)
    {
        var addresses = target.Kind switch
        {
            DiscoveryKind.Dns => await ResolveHostAsync(target.LookupName, target.Host, target.Port!.Value, AddressFamily.Unspecified)
                .ConfigureAwait(false),
            DiscoveryKind.DnsDualStack => await ResolveBothFamiliesAsync(target).ConfigureAwait(false),
            DiscoveryKind.Srv or DiscoveryKind.SrvNoA => await ResolveServicesAsync(target).ConfigureAwait(false),
            _ => throw new UnreachableException(),
        };

        // Name servers rotate their answers. If several SRV targets have the same address, the same target must win each time.
        return
        [
            .. addresses
                .OrderBy(discovered => discovered.Address.Host, StringComparer.Ordinal)
                .ThenBy(discovered => discovered.Address.Port)
                .ThenBy(discovered => discovered.Host, StringComparer.Ordinal)
                .DistinctBy(discovered => discovered.Address),
        ];
    }

    private async Task<IEnumerable<DiscoveredAddress>> ResolveHostAsync(string lookupName, string host, int port, AddressFamily family)
    {
        var addresses = await resolver.ResolveAddressesAsync(lookupName, family, cancellationToken).ConfigureAwait(false);
        return addresses.Select(address => new DiscoveredAddress(new EndpointAddress(TextOf(address), port), host));
    }

    // The lookup of one family may fail if the other has addresses.
    private async Task<IEnumerable<DiscoveredAddress>> ResolveBothFamiliesAsync(DiscoveryTarget target)
    {
        var lookups = new[] { AddressFamily.InterNetworkV6, AddressFamily.InterNetwork }
            .Select(family => ResolveHostAsync(target.LookupName, target.Host, target.Port!.Value, family)).ToList();
        await ((Task)Task.WhenAll(lookups)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var addresses = lookups.Where(lookup => lookup.IsCompletedSuccessfully).SelectMany(lookup => lookup.Result).ToList();
        if (addresses.Count == 0)
        {
            await Task.WhenAll(lookups).ConfigureAwait(false);
        }

        return addresses;
    }

    private async Task<IEnumerable<DiscoveredAddress>> ResolveServicesAsync(DiscoveryTarget target)
    {
        var records = await resolver.ResolveServicesAsync(target.LookupName, cancellationToken).ConfigureAwait(false);
        var services = records
            .Select(record => (Host: NormaliseTarget(record.Target), Port: target.Port ?? record.Port))
            .Where(service => service.Port > 0)
            .Distinct();
        if (target.Kind == DiscoveryKind.SrvNoA)
        {
            return services.Select(service => new DiscoveredAddress(new EndpointAddress(service.Host, service.Port), service.Host));
        }

        var addresses = await Task.WhenAll(services.Select(service => ResolveSrvTargetAsync(service.Host, service.Port)))
            .ConfigureAwait(false);
        return addresses.SelectMany(ofTarget => ofTarget);
    }

    // An SRV target is fully qualified, so the search list must not be used. Some name servers return IP addresses as targets.
    private async Task<IEnumerable<DiscoveredAddress>> ResolveSrvTargetAsync(string host, int port) => HostName.TryGetIP(host, out _)
        ? [new DiscoveredAddress(new EndpointAddress(host, port), host)]
        : await ResolveHostAsync($"{host}.", host, port, AddressFamily.Unspecified).ConfigureAwait(false);

    private static string NormaliseTarget(string target) => HostName.TryNormalise(target, out var host, out var problem)
        ? host
        : throw new FormatException($"an SRV target is invalid: {problem}");

    private static string TextOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
