using System.Net.Security;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;

namespace EndpointMtls.Serving;

/// <summary>What one handshake is made with, and what it will have found out.</summary>
internal sealed record PreparedHandshake(SslServerAuthenticationOptions Options, TlsMaterial Material, ClientVerdict Verdict)
{
    public static PreparedHandshake Create(Server server, TlsMaterial material, RefusalReport refusals)
    {
        var definition = server.Definition;
        var verdict = new ClientVerdict(server, refusals);
        var asks = definition.ClientAuthType != ClientAuthType.NoClientCert;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = definition.Verifies ? material.VerifyingContext : material.Identity!.Context,
            EnabledSslProtocols = definition.Protocols,
            ClientCertificateRequired = asks,
            CertificateChainPolicy = !asks ? null : definition.Verifies ? material.CreateClientPolicy() : TlsMaterial.CreatePolicyThatTrustsNobody(),
            RemoteCertificateValidationCallback = verdict.Check,
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

        return new PreparedHandshake(options, material, verdict);
    }
}
