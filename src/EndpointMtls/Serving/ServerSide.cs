using System.Security.Authentication;
using EndpointMtls.Realms;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Serving;

/// <summary>One server, as configuration and files say now: prepares its handshakes.</summary>
internal sealed class ServerSide(Func<Server> now, RealmRegistry registry, RefusalReport refusals)
{
    /// <summary>The server as it is now.</summary>
    public Server Now => now();

    public IChangeToken GetChangeToken() => new CompositeChangeToken([registry.GetChangeToken(), Now.Realm.Provider!.GetChannelToken()]);

    /// <exception cref="AuthenticationException">The certificate has expired, and must then not be presented.</exception>
    public async ValueTask<PreparedHandshake> PrepareAsync(CancellationToken cancellationToken)
    {
        var server = Now;
        var provider = server.Realm.Provider!;
        var material = await provider.CheckAtHandshakeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return provider.Refusal is { } refusal
            ? throw new AuthenticationException($"Realm '{server.Realm.Name}': {refusal}.")
            : PreparedHandshake.Create(server, material, refusals);
    }

    /// <summary>Whether a client would be let in now, its dates aside.</summary>
    public bool StillTrusts(VerifiedClient? client)
    {
        var server = Now;
        return client is null
            ? server.Definition.ClientAuthType != ClientAuthType.RequireAndVerifyClientCert
            : !server.Definition.Verifies
                || (server.Realm.Rotation!.InUse.TrustsClient(client.Chain!) && (server.Definition.AllowedSans.IsEmpty || server.Definition.AllowedSans.Any(pattern => pattern.Matches(client))));
    }
}
