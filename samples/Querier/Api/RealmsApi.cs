using EndpointMtls;
using Querier.Stores;

namespace Querier.Api;

/// <summary><c>/api/v1/realms</c>: the current certificates and trust anchors of each realm. Thanos has no such path.</summary>
internal sealed class RealmsApi(IEndpointSet set, StoreRealms realms)
{
    public ApiResponse List() => ApiResponse.Success(realms.Of(set.Current).Select(Describe));

    private static object Describe(StoreRealm realm)
    {
        var loaded = realm.Certificates?.Describe();
        return new
        {
            name = realm.Name,
            plaintext = loaded is null,
            insecureSkipVerify = loaded?.InsecureSkipVerify,
            allowWeakCertificates = loaded?.AllowWeakCertificates,
            useSystemRoots = loaded?.UseSystemRoots,
            generation = loaded?.Generation,
            changedAt = loaded?.ChangedAt,
            checkedAt = loaded?.CheckedAt,
            clientCertificate = loaded?.ClientCertificate,
            intermediates = loaded?.Intermediates,
            nextClientCertificate = loaded?.NextClientCertificate,
            anchors = loaded?.Anchors,
            lastError = loaded?.LastError,
            lastErrorAt = loaded?.LastErrorAt,
            drainingConnections = realm.Endpoints.Sum(endpoint => endpoint.Describe().DrainingConnections),
        };
    }
}
