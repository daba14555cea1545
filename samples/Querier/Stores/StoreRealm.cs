using EndpointMtls;

namespace Querier.Stores;

/// <summary>A realm with its endpoints.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Certificates">What it presents and trusts; null for plaintext.</param>
/// <param name="Endpoints">In the order of the configuration.</param>
internal sealed record StoreRealm(string Name, RotatingCertificateProvider? Certificates, IReadOnlyList<StoreEndpoint> Endpoints)
{
    public static StoreRealm Of(string name, IReadOnlyList<StoreEndpoint> endpoints, IServiceProvider services) =>
        new(name, endpoints[0].Describe().IsPlaintext ? null : Find(name, services), endpoints);

    private static RotatingCertificateProvider? Find(string name, IServiceProvider services)
    {
        try
        {
            return services.GetRequiredKeyedService<RotatingCertificateProvider>(name);
        }
        catch (InvalidOperationException)
        {
            // The realm left the configuration at this very moment.
            return null;
        }
    }
}
