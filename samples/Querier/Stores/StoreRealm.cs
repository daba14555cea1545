using EndpointMtls;

namespace Querier.Stores;

/// <summary>A realm with what belongs to it now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Certificates">What it presents and trusts; null for plaintext.</param>
/// <param name="Endpoints">In the order of the set; none while its sources yield none.</param>
internal sealed record StoreRealm(string Name, RotatingCertificateProvider? Certificates, IReadOnlyList<GrpcEndpoint> Endpoints);
