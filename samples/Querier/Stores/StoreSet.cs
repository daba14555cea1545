using EndpointMtls;
using Microsoft.Extensions.Options;

namespace Querier.Stores;

/// <summary>
/// The endpoints of the configuration as it was at the start, in its order, without those that have left it since. How each
/// is reached follows the configuration.
/// </summary>
internal sealed class StoreSet(IOptions<EndpointMtlsOptions> options, IEndpointChannelFactory channels, IServiceProvider services)
{
    // What is to be looked up first cannot be dialled.
    private readonly IReadOnlyList<StoreEndpoint> _all =
        [.. options.Value.Realms.SelectMany(realm => realm.Endpoints).Where(address => !address.Contains('+')).Select(address => new StoreEndpoint(address, channels))];

    private volatile bool _isReady;

    public IReadOnlyList<StoreEndpoint> Endpoints => [.. _all.Where(endpoint => endpoint.IsClaimed)];

    public IReadOnlyList<StoreRealm> Realms => [.. Endpoints.GroupBy(endpoint => endpoint.Realm).Select(realm => StoreRealm.Of(realm.Key, [.. realm], services))];

    /// <summary>Whether every endpoint has been checked once: from then on an answer is as complete as it gets.</summary>
    public bool IsReady
    {
        get => _isReady;
        set => _isReady = value;
    }
}
