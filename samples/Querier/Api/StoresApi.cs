using EndpointMtls;
using Querier.Stores;

namespace Querier.Api;

/// <summary><c>/api/v1/stores</c>: the stores in the format of Thanos, with additional fields.</summary>
internal sealed class StoresApi(IEndpointSet set)
{
    public ApiResponse List() => ApiResponse.Success(set.Current.Endpoints
        .Select(endpoint => new StoreEndpoint(endpoint))
        .GroupBy(store => store.Announced.Component)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => group.OrderBy(store => store.Address, StringComparer.Ordinal).Select(Describe)));

    private static object Describe(StoreEndpoint store)
    {
        var (endpoint, announced, description) = (store.Endpoint, store.Announced, store.Endpoint.Describe());
        return new
        {
            name = endpoint.Address,
            lastCheck = endpoint.LastSuccess, // As in Thanos: the last successful one.
            lastError = endpoint.LastError,
            labelSets = announced.LabelSets,
            minTime = announced.MinTime,
            maxTime = announced.MaxTime,
            realm = endpoint.Realm,
            source = endpoint.Source,
            labels = endpoint.Labels,
            group = endpoint.IsGroup,
            members = endpoint.Members,
            state = HealthText.State(endpoint.Health).ToUpperInvariant().Replace(' ', '_'),
            health = HealthText.Of(endpoint.Health),
            strict = endpoint.IsStrict,
            reason = endpoint.LastErrorReason?.ToString(),
            lastAttempt = endpoint.LastCheck,
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
        peerNames = tls.PeerNames,
        peerNotAfter = tls.PeerNotAfter,
        presented = tls.LocalSubject,
    };
}
