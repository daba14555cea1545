using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Realms;

namespace EndpointMtls.Serving;

/// <summary>Decides in one handshake whether the client is let in, and keeps who it is. Lets nobody in whom the chain policy refused.</summary>
internal sealed class ClientVerdict(Server server, RefusalReport refusals)
{
    private volatile VerifiedClient? _client;

    /// <summary>The client, if it was verified.</summary>
    public VerifiedClient? Client => _client;

    /// <summary>The callback of the handshake. It copies what it needs: the runtime disposes the certificates.</summary>
    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => server.Definition.ClientAuthType switch
    {
        ClientAuthType.NoClientCert or ClientAuthType.RequestClientCert => true,
        ClientAuthType.RequireAnyClientCert => certificate is not null || RefuseWithout(),
        ClientAuthType.VerifyClientCertIfGiven => certificate is null || Verify(certificate, chain, errors),
        _ => certificate is null ? RefuseWithout() : Verify(certificate, chain, errors),
    };

    private bool Verify(X509Certificate certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None || certificate is not X509Certificate2 leaf || PeerChain.Of(leaf, chain) is not { } peer)
        {
            refusals.Tell(server, ClientRefusal.Of(certificate, chain, errors));
            return false;
        }

        var client = ClientDescription.Of(leaf, peer, server.Realm.Name);
        if (!server.Definition.AllowedSans.IsEmpty && !server.Definition.AllowedSans.Any(pattern => pattern.Matches(client)))
        {
            refusals.Tell(server, ClientRefusal.NotListed(client));
            return false;
        }

        _client = client;
        return true;
    }

    private bool RefuseWithout()
    {
        refusals.Tell(server, ClientRefusal.WithoutCertificate);
        return false;
    }
}
