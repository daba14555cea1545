using EndpointMtls;

namespace Querier.Stores;

/// <summary>Lists the realms that have endpoints or discovery sources.</summary>
internal sealed class StoreRealms(IServiceProvider services)
{
    public IReadOnlyList<StoreRealm> Of(EndpointSetSnapshot set)
    {
        var endpoints = set.Endpoints.ToLookup(endpoint => endpoint.Realm);
        return [.. endpoints.Select(realm => realm.Key).Union(set.Sources.Select(source => source.Realm))
            .Select(realm => new StoreRealm(realm, Find(realm, endpoints[realm].FirstOrDefault()), [.. endpoints[realm]]))];
    }

    private RotatingCertificateProvider? Find(string realm, GrpcEndpoint? endpoint)
    {
        if (endpoint?.Describe().IsPlaintext == true)
            return null;

        try
        {
            return services.GetRequiredKeyedService<RotatingCertificateProvider>(realm);
        }
        catch (InvalidOperationException)
        {
            // The realm is plaintext, or a reload is removing it.
            return null;
        }
    }
}
