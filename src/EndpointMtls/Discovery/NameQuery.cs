using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EndpointMtls.Addressing;
using EndpointMtls.Text;

namespace EndpointMtls.Discovery;

/// <summary>Resolves a discovery target once.</summary>
internal sealed class NameQuery(IDnsResolver resolver, CancellationToken cancellationToken)
{
    /// <returns>
    /// The addresses without duplicates, in the same order at each lookup. With an error if there are none, or if an SRV record is
    /// left out.
    /// </returns>
    /// <exception cref="Exception">The lookup failed.</exception>
    public async Task<LookupResult> ResolveAsync(DiscoveryTarget target)
    {
        var (addresses, problem) = target.Kind switch
        {
            DiscoveryKind.Dns => Check(await ResolveTargetAsync(target, AddressFamily.Unspecified).ConfigureAwait(false)),
            DiscoveryKind.DnsDualStack => Check(await ResolveBothFamiliesAsync(target).ConfigureAwait(false)),
            DiscoveryKind.Srv or DiscoveryKind.SrvNoA => await ResolveServicesAsync(target).ConfigureAwait(false),
            _ => throw new UnreachableException(),
        };

        // Name servers rotate their answers. If several SRV targets have the same address, the same target must win each time.
        return new LookupResult(
            [
                .. addresses
                    .OrderBy(discovered => discovered.Address.Host, StringComparer.Ordinal)
                    .ThenBy(discovered => discovered.Address.Port)
                    .ThenBy(discovered => discovered.Host, StringComparer.Ordinal)
                    .DistinctBy(discovered => discovered.Address),
            ],
            problem is null ? null : $"'{target.Text}' {problem}.");
    }

    private static (IReadOnlyList<DiscoveredAddress> Addresses, string? Problem) Check(IReadOnlyList<DiscoveredAddress> addresses) =>
        (addresses, addresses.Count > 0 ? null : WithoutRecords("A and AAAA records"));

    private Task<IReadOnlyList<DiscoveredAddress>> ResolveTargetAsync(DiscoveryTarget target, AddressFamily family) =>
        ResolveHostAsync(target.LookupName, target.Host, target.Port!.Value, family);

    private async Task<IReadOnlyList<DiscoveredAddress>> ResolveHostAsync(string lookupName, string host, int port, AddressFamily family)
    {
        var addresses = await resolver.ResolveAddressesAsync(lookupName, family, cancellationToken).ConfigureAwait(false);
        return [.. addresses.Select(address => new DiscoveredAddress(new EndpointAddress(TextOf(address), port), host))];
    }

    // The lookup of one family may fail if the other has addresses.
    private async Task<IReadOnlyList<DiscoveredAddress>> ResolveBothFamiliesAsync(DiscoveryTarget target)
    {
        var lookups = new[] { AddressFamily.InterNetworkV6, AddressFamily.InterNetwork }
            .Select(family => ResolveTargetAsync(target, family)).ToList();
        await ((Task)Task.WhenAll(lookups)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var addresses = lookups.Where(lookup => lookup.IsCompletedSuccessfully).SelectMany(lookup => lookup.Result).ToList();
        if (addresses.Count == 0)
        {
            await Task.WhenAll(lookups).ConfigureAwait(false);
        }

        return addresses;
    }

    private async Task<(IReadOnlyList<DiscoveredAddress> Addresses, string? Problem)> ResolveServicesAsync(DiscoveryTarget target)
    {
        var records = await resolver.ResolveServicesAsync(target.LookupName, cancellationToken).ConfigureAwait(false);
        if (records.Count == 0)
        {
            return ([], WithoutRecords("SRV records"));
        }

        var services = new HashSet<(string Host, int Port)>();
        var problems = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            if (!HostName.TryNormalise(record.Target, out var host, out var problem))
            {
                problems.Add($"has an invalid SRV target: {problem}");
            }
            else if ((target.Port ?? record.Port) is var port and > 0)
            {
                services.Add((host, port));
            }
            else
            {
                problems.Add($"has the SRV target '{Snippet.OfPeer(host)}' with port 0. Set its port, or write the port after the name");
            }
        }

        if (services.Count == 0)
        {
            // As with a target file: if nothing is valid, the earlier addresses stay.
            throw new FormatException($"it {problems.Min}");
        }

        IReadOnlyList<DiscoveredAddress>[] addresses = target.Kind == DiscoveryKind.SrvNoA
            ? [.. services.Select(service => ToAddresses(service.Host, service.Port))]
            : await Task.WhenAll(services.Select(service => ResolveSrvTargetAsync(service.Host, service.Port))).ConfigureAwait(false);
        foreach (var (service, ofTarget) in services.Zip(addresses).Where(pair => pair.Second.Count == 0))
        {
            problems.Add(
                $"has the SRV target '{Snippet.OfPeer(service.Host)}' without addresses. Check the record, and those of its target");
        }

        // One is enough to know what to mend, and the same one each time.
        return ([.. addresses.SelectMany(ofTarget => ofTarget)], problems.Min);
    }

    // An SRV target is fully qualified, so the search list must not be used. Some name servers return IP addresses as targets.
    private async Task<IReadOnlyList<DiscoveredAddress>> ResolveSrvTargetAsync(string host, int port) => HostName.TryGetIP(host, out _)
        ? ToAddresses(host, port)
        : await ResolveHostAsync($"{host}.", host, port, AddressFamily.Unspecified).ConfigureAwait(false);

    // A resolver does not say which of the two it is.
    private static string WithoutRecords(string records) =>
        $"has no addresses: the name does not exist, or has no {records}. Check its spelling, and its DNS records";

    private static IReadOnlyList<DiscoveredAddress> ToAddresses(string host, int port) =>
        [new DiscoveredAddress(new EndpointAddress(host, port), host)];

    private static string TextOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
