using EndpointMtls;
using Microsoft.Extensions.Options;

namespace Querier.Stores;

/// <summary>All endpoints of the configuration, in its order.</summary>
internal sealed class StoreSet(IOptions<EndpointMtlsOptions> options, IEndpointChannelFactory channels)
{
    private volatile bool _isReady;

    public IReadOnlyList<StoreEndpoint> Endpoints { get; } =
        [.. options.Value.Realms.SelectMany(realm => realm.Endpoints).Select(address => new StoreEndpoint(address, channels))];

    /// <summary>Whether every endpoint has been checked once: from then on an answer is as complete as it gets.</summary>
    public bool IsReady
    {
        get => _isReady;
        set => _isReady = value;
    }
}
