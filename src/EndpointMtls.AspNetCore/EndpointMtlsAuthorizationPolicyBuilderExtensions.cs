using EndpointMtls;
using EndpointMtls.AspNetCore;

namespace Microsoft.AspNetCore.Authorization;

/// <summary>Demands in a policy that the client of the connection was verified, and who it is.</summary>
/// <remarks>
/// They ask the connection, not the claims of the user: nothing that another scheme says satisfies them. Where another scheme is
/// the default, <c>RequireAuthenticatedUser</c> beside them demands both. Whoever is refused is answered by the default scheme, so
/// there must be one: <c>AddAuthentication().AddEndpointMtls()</c>. Without a request, as in the hubs of SignalR, the user must
/// come from the scheme <see cref="EndpointMtlsAuthenticationDefaults.AuthenticationScheme"/>.
/// </remarks>
public static class EndpointMtlsAuthorizationPolicyBuilderExtensions
{
    /// <summary>Demands a verified client with a name that one of the patterns means.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="patterns">The patterns, as <see cref="SanPattern"/> says; SPIFFE IDs are among them.</param>
    /// <exception cref="FormatException">One of them is no pattern.</exception>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static AuthorizationPolicyBuilder RequireClientSan(this AuthorizationPolicyBuilder builder, params string[] patterns)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ThrowIfEmpty(patterns, nameof(patterns));
        SanPattern[] parsed = [.. patterns.Select(SanPattern.Parse)];
        return builder.AddRequirements(new VerifiedClientRequirement(
            $"A verified client with a name like {List(patterns)}", client => parsed.Any(pattern => pattern.Matches(client))));
    }

    /// <summary>Demands a client that was verified by the authorities of one of the realms.</summary>
    /// <param name="builder">The policy.</param>
    /// <param name="realms">The names of the realms, in exact spelling: a server's own realm has the name of the server.</param>
    /// <exception cref="ArgumentException">There are none, or one of them is empty.</exception>
    public static AuthorizationPolicyBuilder RequireClientRealm(this AuthorizationPolicyBuilder builder, params string[] realms)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ThrowIfEmpty(realms, nameof(realms));
        string[] names = [.. realms];
        foreach (var name in names)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(realms));
        }

        return builder.AddRequirements(new VerifiedClientRequirement(
            $"A client that was verified by realm {List(names)}", client => names.Contains(client.Realm, StringComparer.Ordinal)));
    }

    private static void ThrowIfEmpty(string[] values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Length == 0)
        {
            throw new ArgumentException("Nobody would get in. Name at least one.", name);
        }
    }

    private static string List(string[] values) => string.Join(" or ", values.Select(value => $"'{value}'"));
}
