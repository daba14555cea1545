using EndpointMtls;
using Querier.Stores;

namespace Querier.Api;

/// <summary><c>/api/v1/stores</c>: what Thanos tells of its stores, and what this querier knows beyond that.</summary>
internal sealed class StoresApi(StoreSet stores)
{
    public ApiResponse List() => ApiResponse.Success(stores.Endpoints
        .Select(endpoint => (endpoint, state: endpoint.State))
        .GroupBy(store => store.state.Component)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => group.OrderBy(store => store.endpoint.Address, StringComparer.Ordinal).Select(store => Describe(store.endpoint, store.state))));

    private static object Describe(StoreEndpoint endpoint, StoreState state)
    {
        var description = endpoint.Describe();
        return new
        {
            name = endpoint.Address,
            lastCheck = state.LastCheck,
            lastError = state.LastError,
            labelSets = state.LabelSets,
            minTime = state.MinTime,
            maxTime = state.MaxTime,
            realm = endpoint.Realm,
            state = state.Name,
            strict = endpoint.IsStrict,
            reason = state.Reason?.ToString(),
            lastAttempt = state.LastAttempt,
            serverName = description.ServerName,
            drainingConnections = description.DrainingConnections,
            tls = Describe(description.LastConnection?.Tls),
        };
    }

    private static object? Describe(TlsDescription? tls) => tls is null ? null : new
    {
        generation = tls.Generation,
        protocol = tls.Protocol.ToString(),
        cipherSuite = tls.CipherSuite.ToString(),
        peerSubject = tls.PeerSubject,
        peerNotAfter = tls.PeerNotAfter,
        presented = tls.LocalSubject,
    };
}
