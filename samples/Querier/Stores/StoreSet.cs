using EndpointMtls;
using Microsoft.Extensions.Options;

namespace Querier.Stores;

/// <summary>All endpoints of the configuration, in its order.</summary>
internal sealed class StoreSet
{
    private volatile bool _isReady;

    public StoreSet(IOptions<EndpointMtlsOptions> options, IEndpointChannelFactory channels, IServiceProvider services)
    {
        Endpoints = [.. options.Value.Realms.SelectMany(realm => realm.Endpoints).Select(address => new StoreEndpoint(address, channels))];
        Realms = [.. Endpoints.GroupBy(endpoint => endpoint.Realm).Select(realm => StoreRealm.Of(realm.Key, [.. realm], services))];
    }

    public IReadOnlyList<StoreEndpoint> Endpoints { get; }

    public IReadOnlyList<StoreRealm> Realms { get; }

    /// <summary>Whether every endpoint has been checked once: from then on an answer is as complete as it gets.</summary>
    public bool IsReady
    {
        get => _isReady;
        set => _isReady = value;
    }
}
