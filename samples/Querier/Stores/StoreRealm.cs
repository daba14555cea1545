using EndpointMtls;

namespace Querier.Stores;

/// <summary>A realm with its current endpoints.</summary>
/// <param name="Name">The name.</param>
/// <param name="Certificates">The provider of its certificates; null for plaintext.</param>
/// <param name="Endpoints">Its endpoints, in the order of the set. Empty while discovery finds none.</param>
internal sealed record StoreRealm(string Name, RotatingCertificateProvider? Certificates, IReadOnlyList<GrpcEndpoint> Endpoints);
