using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Realms;

/// <summary>A server: its rules, and the realm whose certificates it uses. Immutable.</summary>
internal sealed record BoundServer(ServerDefinition Definition, Realm Realm)
{
    /// <summary>Finds the realm of a server, and adds an error if it will not do.</summary>
    /// <param name="definition">The rules of the server.</param>
    /// <param name="realms">The realms, as they are or will be.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="identityOf">What a realm will present when its new files are in force; without it, what it presents now.</param>
    /// <returns><see langword="null"/> if there was an error, here or with the files of the realm.</returns>
    public static BoundServer? Bind(ServerDefinition definition, ImmutableArray<Realm> realms, ConfigurationErrors errors, Func<Realm, ClientIdentity?>? identityOf = null)
    {
        if (ProblemOf(definition, realms, identityOf) is var (key, what, fix))
        {
            definition.Origin.AddError(errors, ErrorCode.UnusableRealm, key, what, fix);
            return null;
        }

        return Find(definition, realms) is { Rotation: not null } realm ? new BoundServer(definition, realm) : null;
    }

    /// <summary>Why a server cannot use the realm that it names; <see langword="null"/> if it can, as far as the files of the realm are loaded.</summary>
    public static (string Key, string What, string Fix)? ProblemOf(ServerDefinition definition, ImmutableArray<Realm> realms, Func<Realm, ClientIdentity?>? identityOf = null)
    {
        if (Find(definition, realms) is not { } realm)
        {
            var nearest = Suggestions.Closest(definition.Realm, realms.Where(realm => realm.Definition.Tls is { IsServer: false }).Select(realm => realm.Name));
            return (ConfigKeys.Realm, $"there is no realm '{Snippet.Truncate(definition.Realm)}'", nearest is null ? "Name a realm of the configuration" : $"Did you mean '{nearest}'?");
        }

        var identity = identityOf is null ? realm.Rotation?.InUse.Identity : identityOf(realm);
        return (realm.Definition switch
        {
            { Tls: null } => ($"realm '{realm.Name}' is plaintext: {realm.Definition.PlaintextReason}", $"Name a realm with a '{ConfigKeys.CertFile}'"),
            { HasDefaultName: true } => ($"realm '{realm.Name}' is called by its place, where another one may be after a change", $"Give it a '{ConfigKeys.Name}', and use that"),
            { Tls: { CertFile: null, IsServer: false } } => ($"realm '{realm.Name}' has no '{ConfigKeys.CertFile}'", "A server presents a certificate: give the realm one, or name another"),
            { Tls: { HasCaCertificates: false } tls } when definition.Verifies && realm.Definition.Origin != definition.Origin =>
                ($"realm '{realm.Name}' has no '{(tls.IsServer ? ConfigKeys.ClientCaFile : ConfigKeys.CaFile)}', by which clients could be verified", "Give the realm one, or name another"),
            { Tls.IsServer: false } when identity is not null && !ExtendedKeyUsage.AllowsServer(identity.Leaf) =>
                ($"the certificate '{identity.Leaf.Subject}' of realm '{realm.Name}' is not meant for servers, and every client would reject it", "Issue it for server authentication as well, or name another realm"),
            _ => ((string, string)?)null,
        }) is var (what, fix) ? (ConfigKeys.Realm, what, fix)
            : identity is null || definition.CipherSuites.IsEmpty || definition.CipherSuites.Any(suite => CipherSuiteCompiler.Fits(suite, identity.Leaf)) ? null
            : (ConfigKeys.CipherSuites, $"none of them can be used with the certificate '{identity.Leaf.Subject}', which has {(identity.Leaf.GetRSAPublicKey() is null ? "an ECDSA" : "an RSA")} key", "Add one of its kind, or of TLS 1.3");
    }

    /// <summary>What verifies the clients of the server.</summary>
    /// <param name="material">The certificates of the realm.</param>
    public PeerVerifier VerifierOf(TlsMaterial material) => material.Clients with { AllowedSans = Definition.AllowedSans, DescribesPeer = true };

    // The server's own stands behind the others: where one of them has its name, that has been told, and is no wish to use it.
    private static Realm? Find(ServerDefinition definition, ImmutableArray<Realm> realms) => realms.LastOrDefault(realm => realm.Name == definition.Realm);
}
