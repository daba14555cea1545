using EndpointMtls.Configuration;

namespace EndpointMtls.Realms;

/// <summary>A trust domain ready for use. Plaintext if, and only if, its definition has no TLS; otherwise its certificates rotate and it has a provider.</summary>
internal sealed record Realm(RealmDefinition Definition, CertificateRotation? Rotation, RotatingCertificateProvider? Provider)
{
    public string Name => Definition.Name;

    public bool IsPlaintext => Provider is null;

    /// <summary>The name expected in the certificate of a server; <see langword="null"/> for plaintext.</summary>
    /// <param name="host">The one expected unless the realm says another.</param>
    public string? ServerNameOf(string host) => Definition.Tls is { } tls ? tls.ServerName ?? host : null;
}
