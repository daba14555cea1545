using System.Security.Authentication;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Serving;

/// <summary>One server, as configuration and files say now: prepares its handshakes.</summary>
internal sealed class ServerSide(Func<Server> now, RealmRegistry registry, TimeProvider timeProvider, RejectionReport rejections)
{
    /// <summary>How long a handshake waits for a change of the configuration to be over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The server as it is now.</summary>
    public Server Now => now();

    public IChangeToken GetChangeToken() => new AnyChangeToken(registry.GetChangeToken(), Now.Realm.Provider!.GetChannelToken());

    /// <exception cref="AuthenticationException">The certificate has expired, and must then not be presented; or a change of the configuration is stuck.</exception>
    public async ValueTask<PreparedHandshake> PrepareAsync(CancellationToken cancellationToken)
    {
        var (server, material) = await GetMaterialAsync(cancellationToken).ConfigureAwait(false);
        return server.Realm.Provider!.Refusal is { } refusal
            ? throw new AuthenticationException($"Realm '{server.Realm.Name}': {refusal}.")
            : PreparedHandshake.Create(server, material, rejections);
    }

    /// <summary>Whether a client would be let in now, its dates aside.</summary>
    public bool StillTrusts(VerifiedClient? client)
    {
        var server = Now;
        return client is null
            ? server.Definition.ClientAuthType != ClientAuthType.RequireAndVerifyClientCert
            : !server.Definition.Verifies || server.VerifierOf(server.Realm.Rotation!.InUse).StillAccepts(client.Chain!);
    }

    /// <summary>Gets the rules of the server, and the certificates that belong to them.</summary>
    private async ValueTask<(Server Server, TlsMaterial Material)> GetMaterialAsync(CancellationToken cancellationToken)
    {
        var beganAt = timeProvider.GetTimestamp();
        while (true)
        {
            var server = Now;
            var material = await server.Realm.Provider!.CheckAtHandshakeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (material.Tls.IsSameAs(server.Realm.Definition.Tls))
            {
                return (server, material);
            }

            // The configuration is changing at this very moment: whom new authorities vouch for must not be judged by old rules.
            if (timeProvider.GetElapsedTime(beganAt) >= Patience)
            {
                throw new AuthenticationException($"Realm '{server.Realm.Name}': a change of its configuration does not come to an end, so nobody is let in. Look for a disk that hangs beneath its files.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken).ConfigureAwait(false);
        }
    }
}
