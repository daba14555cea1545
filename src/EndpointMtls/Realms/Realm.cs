using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>A realm with its loaded certificates.</summary>
/// <param name="Definition">Its settings.</param>
/// <param name="Rotation">Its certificates; <see langword="null"/> if, and only if, the realm is plaintext.</param>
/// <param name="Provider">The public view of its certificates; <see langword="null"/> if, and only if, the realm is plaintext.</param>
internal sealed record Realm(RealmDefinition Definition, CertificateRotation? Rotation, RotatingCertificateProvider? Provider)
{
    /// <summary>Creates a realm from files that were just loaded. Its rotation is not started.</summary>
    public static Realm Create(CertificateSource loaded, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
    {
        var name = loaded.Definition.Name;
        var rotation = new CertificateRotation(loaded, timeProvider, new RotationReport(name, timeProvider, logger, meter));
        return new Realm(loaded.Definition, rotation, new RotatingCertificateProvider(name, rotation, timeProvider));
    }

    public string Name => Definition.Name;

    public bool IsPlaintext => Provider is null;

    /// <summary>The name that the certificate of a server must have; <see langword="null"/> for plaintext.</summary>
    /// <param name="host">The default, if the realm has no <c>server_name</c>.</param>
    public string? ServerNameOf(string host) => Definition.Tls is { } tls ? tls.ServerName ?? host : null;
}
