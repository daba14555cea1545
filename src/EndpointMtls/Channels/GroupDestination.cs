using System.Net;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace EndpointMtls.Channels;

/// <summary>All addresses that one name leads to. Grpc.Net.Client balances the calls over them.</summary>
internal sealed class GroupDestination : Destination
{
    private readonly string _realm;
    private readonly TimeProvider _timeProvider;
    private readonly NameLookup _lookup;
    private volatile Known _known = new(LookupState.None, []);
    private volatile EndpointConnectionException? _closed;

    public GroupDestination(DiscoveryTarget name, string text, string realm, LookupContext context)
    {
        (Name, _realm, _timeProvider) = (text, realm, context.TimeProvider);
        _lookup = new NameLookup(name, realm, context, OnLookedUp);
        _lookup.Start();
    }

    /// <summary>Raised when there is something new, on any thread.</summary>
    public event Action? Changed;

    public override string Name { get; }

    /// <summary>How calls are balanced when there are addresses.</summary>
    public ServiceConfig Balancing { get; private set; } = new();

    /// <summary>What is known of its addresses.</summary>
    public LookupState State => _known.State;

    /// <summary>The names of the targets where SRV records lead to several.</summary>
    public override string Host => State.Addresses.Select(found => found.Host).Distinct().ToList() is { Count: > 0 } hosts
        ? string.Join(", ", hosts)
        : _lookup.Target.Host;

    public override DialTarget Dial(DnsEndPoint? endPoint) => endPoint is null
        ? new($"'{Name}'", Host)
        : new($"'{Name}' ({endPoint.Host}:{endPoint.Port})", HostOf(endPoint.Host, endPoint.Port));

    public override string? AuthorityOf(Uri uri) => new EndpointAddress(HostOf(uri.IdnHost, uri.Port), uri.Port).ToString();

    /// <summary>A balancer that has connections goes on with them when its name is no more; so it is said here too.</summary>
    public override EndpointConnectionException? UnavailableReason =>
        _closed ?? (State is { HasLooked: true, Addresses.Length: 0 } state ? ExplainNothing(state) : null);

    public override string Configure(GrpcChannelOptions options, RealmDefinition realm)
    {
        options.Credentials = realm.Tls is null ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl;
        options.ServiceProvider = new ResolverServices(new GroupResolverFactory(this), options.ServiceProvider);
        options.ServiceConfig = Balancing = Balance(realm.ServiceConfig?.Config ?? options.ServiceConfig);
        options.DisableResolverServiceConfig = false;
        return $"{GroupResolverFactory.Scheme}:///{Uri.EscapeDataString(Name)}";
    }

    /// <summary>Looks again before long: the addresses that are known do not answer.</summary>
    public void Refresh() => _lookup.Refresh();

    public override void Close(EndpointConnectionException reason)
    {
        _closed = reason;
        Dispose();
        BestEffort.Run(() => Changed?.Invoke());
    }

    public override void Dispose() => _lookup.Dispose();

    private EndpointConnectionException ExplainNothing(LookupState state) => new(
        ConnectionFailureReason.NameNotResolved, _realm, Name, _timeProvider.GetUtcNow(),
        $"Endpoint '{Name}' of realm '{_realm}': {state.Error ?? "its name leads to no address now. Check the name, and the DNS."}");

    private static ServiceConfig Balance(ServiceConfig? config)
    {
        var balanced = new ServiceConfig { RetryThrottling = config?.RetryThrottling };
        foreach (var method in config?.MethodConfigs ?? [])
        {
            balanced.MethodConfigs.Add(method);
        }

        foreach (var policy in config is { LoadBalancingConfigs.Count: > 0 } ? config.LoadBalancingConfigs : [new RoundRobinConfig()])
        {
            balanced.LoadBalancingConfigs.Add(policy);
        }

        return balanced;
    }

    private string HostOf(string host, int port) => _known.Hosts.TryGetValue((host, port), out var name) ? name : _lookup.Target.Host;

    private void OnLookedUp()
    {
        // An address that has just left may still be dialled.
        var (state, before) = (_lookup.State, State);
        var hosts = state.Addresses.Concat(before.Addresses).DistinctBy(found => found.Address);
        _known = new Known(state, hosts.ToDictionary(found => (found.Address.Host, found.Address.Port), found => found.Host));
        Changed?.Invoke();
    }

    private sealed record Known(LookupState State, Dictionary<(string Host, int Port), string> Hosts);
}
