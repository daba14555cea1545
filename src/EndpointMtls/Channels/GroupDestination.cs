using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Channels;

/// <summary>All addresses of one DNS name. Grpc.Net.Client balances the calls over them.</summary>
internal sealed class GroupDestination : Destination
{
    private readonly string _realm;
    private readonly TimeProvider _timeProvider;
    private readonly NameLookup _lookup;
    private volatile Resolution _resolution = new(LookupResult.None, []);
    private volatile EndpointConnectionException? _closed;

    public GroupDestination(DiscoveryTarget name, string text, string realm, LookupContext context)
    {
        (Name, _realm, _timeProvider) = (text, realm, context.TimeProvider);
        _lookup = new NameLookup(name, realm, context, OnLookedUp);
        _lookup.Start();
    }

    /// <summary>
    /// Raised after each lookup, and when the group is closed, on any thread. The argument tells whether <see cref="Result"/> or
    /// <see cref="UnavailableReason"/> has changed.
    /// </summary>
    public event Action<bool>? LookedUp;

    public override string Name { get; }

    /// <summary>The result of the last lookups.</summary>
    public LookupResult Result => _resolution.Result;

    /// <summary>When a lookup last found addresses.</summary>
    public RefreshTime LastSuccess => _lookup.LastSuccess;

    /// <summary>The names that server certificates must match: the targets of the SRV records, otherwise the name itself.</summary>
    public override string Host => Result.Addresses.Select(discovered => discovered.Host).Distinct().ToList() is { Count: > 0 } hosts
        ? string.Join(", ", hosts)
        : _lookup.Target.Host;

    public override DialTarget GetDialTarget(DnsEndPoint? endPoint) => endPoint is null
        ? new($"'{Name}'", Host)
        : new($"'{Name}' ({endPoint.Host}:{endPoint.Port})", HostOf(endPoint.Host, endPoint.Port));

    public override string? AuthorityOf(Uri uri) => new EndpointAddress(HostOf(uri.IdnHost, uri.Port), uri.Port).ToString();

    /// <inheritdoc/>
    /// <remarks>Balancers keep their connections when resolution fails. So each call checks this property too.</remarks>
    public override EndpointConnectionException? UnavailableReason =>
        _closed ?? (Result is { HasCompleted: true, Addresses.Length: 0 } result ? CreateNameNotResolved(result) : null);

    public override string Configure(GrpcChannelOptions options, RealmDefinition realm)
    {
        options.Credentials = realm.Tls is null ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl;
        options.ServiceProvider = new ResolverServices(new GroupResolverFactory(this), options.ServiceProvider);
        options.ServiceConfig = WithBalancing(realm.ServiceConfig?.Config ?? options.ServiceConfig, new RoundRobinConfig());
        return $"{GroupResolverFactory.Scheme}:///{Uri.EscapeDataString(Name)}";
    }

    /// <summary>Repeats the lookup soon, because connections to the known addresses fail.</summary>
    public void Refresh() => _lookup.Refresh();

    public override void Close(EndpointConnectionException reason)
    {
        _closed = reason;
        Dispose();
        BestEffort.Run(() => LookedUp?.Invoke(true));
    }

    public override void Dispose() => _lookup.Dispose();

    private EndpointConnectionException CreateNameNotResolved(LookupResult result) => new(
        ConnectionFailureReason.NameNotResolved, _realm, Name, _timeProvider.GetUtcNow(),
        $"Endpoint '{Name}' of realm '{_realm}': {result.Error}");

    private string HostOf(string host, int port) => _resolution.Hosts.TryGetValue((host, port), out var name) ? name : _lookup.Target.Host;

    private void OnLookedUp(bool hasChanged)
    {
        if (hasChanged)
        {
            // Grpc.Net.Client may still connect to an address that was just removed.
            var (result, before) = (_lookup.Result, Result);
            var hosts = result.Addresses.Concat(before.Addresses)
                .DistinctBy(discovered => discovered.Address)
                .ToDictionary(discovered => (discovered.Address.Host, discovered.Address.Port), discovered => discovered.Host);
            _resolution = new Resolution(result, hosts);
        }

        LookedUp?.Invoke(hasChanged);
    }

    private sealed record Resolution(LookupResult Result, Dictionary<(string Host, int Port), string> Hosts);
}
