using System.Security.Authentication;
using EndpointMtls.Async;
using EndpointMtls.Realms;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Serving;

/// <summary>One server, as configuration and files say now: prepares its handshakes.</summary>
internal sealed class ServerSide(Func<Server> now, RealmRegistry registry, TimeProvider timeProvider, RejectionReport rejections)
{
    /// <summary>How long a handshake waits for a change of the configuration to be over.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The server as it is now.</summary>
    public Server Now => now();

    public IChangeToken GetChangeToken() => new AnyChangeToken(registry.GetChangeToken(), Now.Realm.Provider!.GetChannelToken());

    /// <exception cref="AuthenticationException">The certificate has expired, and must then not be presented; or a change of the configuration is stuck.</exception>
    public async ValueTask<PreparedHandshake> PrepareAsync(CancellationToken cancellationToken)
    {
        var found = await MatchingMaterial.WaitAsync(
            now, server => server.Realm, () => cancellationToken.IsCancellationRequested, timeProvider, Timeout).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (found is not var (server, material))
        {
            throw new AuthenticationException(
                $"Realm '{Now.Realm.Name}': a change of its configuration does not come to an end, so no client is accepted. Look for a disk that hangs beneath its files.");
        }

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
}
