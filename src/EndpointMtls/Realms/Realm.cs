using EndpointMtls.Configuration;

namespace EndpointMtls.Realms;

/// <summary>A trust domain ready for use. Without a provider it is plaintext.</summary>
internal sealed record Realm(RealmDefinition Definition, RotatingCertificateProvider? Provider)
{
    public string Name => Definition.Name;

    /// <summary>The name expected in the certificate of a server; <see langword="null"/> for plaintext.</summary>
    public string? ServerNameOf(EndpointAddress address) =>
        Definition.Tls is { } tls ? tls.ServerName ?? address.Host : null;
}
