using System.Net.Security;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Realms;

namespace EndpointMtls.Serving;

/// <summary>The options, certificates and verification of one handshake.</summary>
internal sealed record PreparedHandshake(SslServerAuthenticationOptions Options, TlsMaterial Material, ClientVerification Verification)
{
    public static PreparedHandshake Create(
        BoundServer server, TlsMaterial material, RejectionReport rejections, TimeProvider timeProvider)
    {
        var definition = server.Definition;
        var verification = new ClientVerification(server, material, rejections, timeProvider);
        var requestsCertificate = definition.ClientAuthType != ClientAuthType.NoClientCert;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = definition.Verifies ? material.VerifyingContext : material.Identity!.Context,
            EnabledSslProtocols = definition.Protocols,
            ClientCertificateRequired = requestsCertificate,
            CertificateChainPolicy = requestsCertificate ? material.Clients.CreateChainPolicy() : null,
            RemoteCertificateValidationCallback = verification.VerifyClient,
            AllowRenegotiation = false,

            // A resumed session lacks the client's intermediates, and keeps trusting CA certificates that were removed.
            AllowTlsResume = false,
        };
        if (!definition.CipherSuites.IsEmpty && !OperatingSystem.IsWindows())
        {
#pragma warning disable CA1416 // The configuration is rejected on platforms without support.
            options.CipherSuitesPolicy = new CipherSuitesPolicy(definition.CipherSuites);
#pragma warning restore CA1416
        }
        else
        {
            options.CipherSuitesPolicy = CipherSuites.PolicyFor(definition.Versions);
        }

        return new PreparedHandshake(options, material, verification);
    }
}
