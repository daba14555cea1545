using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>A trust domain ready for use. Plaintext if, and only if, its definition has no TLS; otherwise its certificates rotate and it has a provider.</summary>
internal sealed record Realm(RealmDefinition Definition, CertificateRotation? Rotation, RotatingCertificateProvider? Provider)
{
    /// <summary>A realm with certificates that nobody has used before.</summary>
    public static Realm Create(LoadedFiles loaded, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
    {
        var name = loaded.Definition.Name;
        var rotation = new CertificateRotation(loaded, timeProvider, new RotationReport(name, timeProvider, logger, meter));
        return new Realm(loaded.Definition, rotation, new RotatingCertificateProvider(name, rotation, timeProvider));
    }

    public string Name => Definition.Name;

    public bool IsPlaintext => Provider is null;

    /// <summary>The name expected in the certificate of a server; <see langword="null"/> for plaintext.</summary>
    /// <param name="host">The one expected unless the realm says another.</param>
    public string? ServerNameOf(string host) => Definition.Tls is { } tls ? tls.ServerName ?? host : null;
}
