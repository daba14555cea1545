using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Realms;

/// <summary>The rules of a server together with the realm whose certificates it uses. Immutable.</summary>
internal sealed record BoundServer(ServerDefinition Definition, Realm Realm)
{
    /// <summary>Finds the realm of a server, and adds an error if the server cannot use it.</summary>
    /// <param name="definition">The rules of the server.</param>
    /// <param name="realms">The realms of the current or of the new configuration.</param>
    /// <param name="errors">The errors, to which this method adds.</param>
    /// <param name="identityOf">Gets the certificate that a realm will present; defaults to the one that it presents now.</param>
    /// <returns><see langword="null"/> if there was an error, here or with the files of the realm.</returns>
    public static BoundServer? Bind(
        ServerDefinition definition,
        ImmutableArray<Realm> realms,
        ConfigurationErrors errors,
        Func<Realm, LocalIdentity?>? identityOf = null)
    {
        if (ProblemOf(definition, realms, identityOf) is var (key, problem, fix))
        {
            definition.Origin.AddError(errors, ErrorCode.UnusableRealm, key, problem, fix);
            return null;
        }

        return Find(definition, realms) is { Rotation: not null } realm ? new BoundServer(definition, realm) : null;
    }

    /// <summary>Returns the reason why a server cannot use its realm, and the fix.</summary>
    /// <returns><see langword="null"/> if it can. Files that are not loaded yet are not considered.</returns>
    public static (string Key, string Problem, string Fix)? ProblemOf(
        ServerDefinition definition, ImmutableArray<Realm> realms, Func<Realm, LocalIdentity?>? identityOf = null)
    {
        if (Find(definition, realms) is not { } realm)
        {
            var usable = realms.Where(realm => realm.Definition.Tls is { IsServer: false }).Select(realm => realm.Name);
            var closest = Suggestions.Closest(definition.Realm, usable);
            return (
                ConfigKeys.Realm,
                $"there is no realm '{Snippet.Truncate(definition.Realm)}'",
                closest is null ? "Set the name of a realm in the configuration" : $"Did you mean '{closest}'?");
        }

        var identity = identityOf is null ? realm.Rotation?.InUse.Identity : identityOf(realm);
        if (ProblemOf(definition, realm, identity) is var (problem, fix))
        {
            return (ConfigKeys.Realm, problem, fix);
        }

        return identity is null || CanUseCipherSuites(definition, identity) ? null
            : (
                ConfigKeys.CipherSuites,
                $"none of them can be used with the certificate '{identity.Leaf.Subject}', which has "
                + $"{(identity.Leaf.GetRSAPublicKey() is null ? "an ECDSA" : "an RSA")} key",
                "Add a suite for that kind of key, or a suite of TLS 1.3");
    }

    /// <summary>The verifier of the server's clients.</summary>
    /// <param name="material">The certificates of the realm.</param>
    public PeerVerifier VerifierOf(TlsMaterial material) =>
        material.Clients with
        {
            AllowedSans = Definition.ClientAllowedSans,
            Pins = Definition.ClientPins,
            DescribesPeer = true,
        };

    private static (string Problem, string Fix)? ProblemOf(ServerDefinition definition, Realm realm, LocalIdentity? identity) =>
        realm.Definition switch
        {
            { Tls: null } => (
                $"realm '{realm.Name}' is plaintext: {realm.Definition.PlaintextReason}",
                $"Set the name of a realm that has a '{ConfigKeys.CertFile}'"),
            { HasDefaultName: true } => (
                $"realm '{realm.Name}' has no '{ConfigKeys.Name}', and after a reload another realm may be at its position",
                $"Give it a '{ConfigKeys.Name}', and set that name here"),
            { Tls: { CertFile: null, IsServer: false } } => (
                $"realm '{realm.Name}' has no '{ConfigKeys.CertFile}', and a server must present a certificate",
                $"Give the realm a '{ConfigKeys.CertFile}', or set another realm"),
            { Tls: { HasCaCertificates: false } tls } when definition.Verifies && realm.Definition.Origin != definition.Origin => (
                $"realm '{realm.Name}' has no '{(tls.IsServer ? ConfigKeys.ClientCaFile : ConfigKeys.CaFile)}' to verify clients with",
                "Add it to the realm, or set another realm"),
            { Tls.IsServer: false } when identity is not null && !ExtendedKeyUsage.AllowsServer(identity.Leaf) => (
                $"the certificate '{identity.Leaf.Subject}' of realm '{realm.Name}' is not issued for servers: clients would reject it",
                "Issue it with the extended key usage 'serverAuth' as well, or set another realm"),
            _ => null,
        };

    private static bool CanUseCipherSuites(ServerDefinition definition, LocalIdentity identity) =>
        definition.CipherSuites.IsEmpty || definition.CipherSuites.Any(suite => CipherSuites.Fits(suite, identity.Leaf));

    // The server's own realm comes after the others. If another realm has its name, that is already an error.
    private static Realm? Find(ServerDefinition definition, ImmutableArray<Realm> realms) =>
        realms.LastOrDefault(realm => realm.Name == definition.Realm);
}
