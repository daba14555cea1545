using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Realms;
using EndpointMtls.Trust;

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
        ClientRefusal? refusal;
        try
        {
            refusal = Judge(certificate, chain, errors);
        }
        catch (Exception exception)
        {
            // .NET reads the parts of a certificate only when they are asked for, and a stranger may write nonsense into his.
            refusal = ClientRefusal.Unreadable(exception);
        }

        if (refusal is not null)
        {
            refusals.Tell(server, refusal);
        }

        return refusal is null;
    }

    /// <returns>Why the client is not let in; <see langword="null"/> if it is, and then it is known who it is.</returns>
    private ClientRefusal? Judge(X509Certificate certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None || certificate is not X509Certificate2 leaf || PeerChain.Of(leaf, chain) is not { } peer)
        {
            return ClientRefusal.Of(certificate, chain, errors);
        }

        if (ChainWeakness.Find(chain!.ChainElements) is { } weakness)
        {
            return ClientRefusal.Weak(leaf, weakness);
        }

        var client = ClientDescription.Of(leaf, peer, server.Realm.Name);
        if (!server.Definition.Allows(client))
        {
            return ClientRefusal.NotListed(client);
        }

        _client = client;
        return null;
    }

    private bool RefuseWithout()
    {
        refusals.Tell(server, ClientRefusal.WithoutCertificate);
        return false;
    }
}
