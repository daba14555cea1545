using System.Net.Security;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;

namespace EndpointMtls.Serving;

/// <summary>What one handshake is made with, and what it will have found out.</summary>
internal sealed record PreparedHandshake(SslServerAuthenticationOptions Options, TlsMaterial Material, ClientVerification Verification)
{
    public static PreparedHandshake Create(BoundServer server, TlsMaterial material, RejectionReport rejections)
    {
        var definition = server.Definition;
        var verification = new ClientVerification(server, material, rejections);
        var asks = definition.ClientAuthType != ClientAuthType.NoClientCert;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = definition.Verifies ? material.VerifyingContext : material.Identity!.Context,
            EnabledSslProtocols = definition.Protocols,
            ClientCertificateRequired = asks,
            CertificateChainPolicy = asks ? material.Clients.CreateChainPolicy() : null,
            RemoteCertificateValidationCallback = verification.VerifyClient,
            AllowRenegotiation = false,

            // A resumed session has no intermediates of the client left to verify, and knows nothing of authorities that have gone.
            AllowTlsResume = false,
        };
        if (!definition.CipherSuites.IsEmpty && !OperatingSystem.IsWindows())
        {
#pragma warning disable CA1416 // The configuration is refused where the platform cannot choose.
            options.CipherSuitesPolicy = new CipherSuitesPolicy(definition.CipherSuites);
#pragma warning restore CA1416
        }

        return new PreparedHandshake(options, material, verification);
    }
}
