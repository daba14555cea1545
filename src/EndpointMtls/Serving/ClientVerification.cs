using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using EndpointMtls.Trust;

namespace EndpointMtls.Serving;

/// <summary>The certificate validation callback of one server handshake. It keeps the client that it verified.</summary>
internal sealed class ClientVerification(
    BoundServer server, TlsMaterial material, RejectionReport rejections, TimeProvider timeProvider)
{
    private volatile VerifiedClient? _client;

    /// <summary>The client; <see langword="null"/> if none was verified.</summary>
    public VerifiedClient? Client => _client;

    public bool VerifyClient(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        server.Definition.ClientAuthType switch
        {
            ClientAuthType.NoClientCert or ClientAuthType.RequestClientCert => true,
            ClientAuthType.RequireAnyClientCert when certificate is not null => true,
            ClientAuthType.VerifyClientCertIfGiven when certificate is null => true,
            _ => Verify(certificate, chain, errors),
        };

    /// <summary>Reports that the runtime could not build the chain of the client.</summary>
    public void ReportUnverifiable(Exception exception) =>
        rejections.Report(server, server.VerifierOf(material).Unverifiable(exception));

    private bool Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var verifier = server.VerifierOf(material);
        var verdict = verifier.Verify(certificate, chain, errors, timeProvider.GetUtcNow());
        if (verdict.IsAccepted)
        {
            try
            {
                _client = ClientDescription.Of((X509Certificate2)certificate!, verdict.Names, verdict.Chain!, server.Realm.Name);
                return true;
            }
            catch (Exception exception)
            {
                verdict = verifier.Unreadable(exception);
            }
        }

        rejections.Report(server, verdict);
        return false;
    }
}
