using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration;

namespace EndpointMtls.Realms;

/// <summary>A server: its rules, and the realm whose certificates it uses. Immutable.</summary>
internal sealed record Server(ServerDefinition Definition, Realm Realm)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>Finds the realm of a server, and adds an error if it will not do.</summary>
    /// <returns><see langword="null"/> if there was an error, here or with the files of the realm.</returns>
    public static Server? Bind(ServerDefinition definition, ImmutableArray<Realm> realms, ConfigurationErrors errors)
    {
        if (realms.FirstOrDefault(realm => realm.Name == definition.Realm) is not { } realm)
        {
            var nearest = Nearest.To(definition.Realm, realms.Select(realm => realm.Name));
            Error($"there is no realm '{Excerpt.Of(definition.Realm)}'", nearest is null ? "Name a realm of the configuration" : $"Did you mean '{nearest}'?");
            return null;
        }

        var before = errors.Count;
        switch (realm.Definition.Tls)
        {
            case null:
                Error($"realm '{realm.Name}' is plaintext: {realm.Definition.WhyPlaintext}", $"Name a realm with a '{ConfigKeys.CertFile}'");
                break;
            case { CertFile: null, IsServer: false }:
                Error($"realm '{realm.Name}' has no '{ConfigKeys.CertFile}'", "A server presents a certificate: give the realm one, or name another");
                break;
            case { HasAuthorities: false, IsServer: false } when definition.Verifies:
                Error($"realm '{realm.Name}' has no '{ConfigKeys.CaFile}', by which clients could be verified", "Give the realm one, or name another");
                break;
            case { IsServer: false } when realm.Rotation?.InUse.Identity is { } identity && !IsForServers(identity.Leaf):
                Error($"the certificate '{identity.Leaf.Subject}' of realm '{realm.Name}' is not meant for servers, and every client would reject it", "Issue it for server authentication as well, or name another realm");
                break;
        }

        return errors.Count > before || realm.Rotation is null ? null : new Server(definition, realm);

        void Error(string what, string fix) => definition.Origin.AddError(errors, ConfigKeys.Realm, what, fix);
    }

    /// <summary>Whether a certificate may be a server's: it says nothing of its usage, or that.</summary>
    public static bool IsForServers(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().All(usages => usages.EnhancedKeyUsages.Cast<Oid>().Any(usage => usage.Value is ServerAuthentication or AnyUsage));
}
