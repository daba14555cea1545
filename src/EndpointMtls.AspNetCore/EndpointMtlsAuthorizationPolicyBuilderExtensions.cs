using EndpointMtls;
using EndpointMtls.AspNetCore;

namespace Microsoft.AspNetCore.Authorization;

/// <summary>Adds requirements for the verified client of the connection to a policy.</summary>
/// <remarks>
/// <para>
/// The requirements check the connection, not the claims of the user: no other scheme can satisfy them. If another scheme is the
/// default, add <c>RequireAuthenticatedUser</c> to require its user as well.
/// </para>
/// <para>
/// The default scheme answers rejected requests, so there must be one: <c>AddAuthentication().AddEndpointMtls()</c>. Without an
/// HTTP request, as in hubs of SignalR, the user must come from the scheme
/// <see cref="EndpointMtlsAuthenticationDefaults.AuthenticationScheme"/>.
/// </para>
/// </remarks>
public static class EndpointMtlsAuthorizationPolicyBuilderExtensions
{
    /// <summary>Requires a verified client with a subject alternative name that matches one of the patterns.</summary>
    /// <param name="builder">The policy builder.</param>
    /// <param name="patterns">The patterns, in the syntax of <see cref="SanPattern"/>, which includes SPIFFE IDs.</param>
    /// <exception cref="FormatException">A pattern is invalid.</exception>
    /// <exception cref="ArgumentException"><paramref name="patterns"/> is empty.</exception>
    public static AuthorizationPolicyBuilder RequireClientSan(this AuthorizationPolicyBuilder builder, params string[] patterns)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ThrowIfEmpty(patterns, nameof(patterns));
        SanPattern[] parsed = [.. patterns.Select(SanPattern.Parse)];
        return builder.AddRequirements(new VerifiedClientRequirement(
            $"A verified client with a name that matches {List(patterns)}", client => parsed.Any(pattern => pattern.Matches(client))));
    }

    /// <summary>Requires a client that was verified by the CA certificates of one of the realms.</summary>
    /// <param name="builder">The policy builder.</param>
    /// <param name="realms">
    /// The names of the realms, case-sensitive. A server with its own files has a realm with the name of the server.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="realms"/> is empty, or a name is empty.</exception>
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
            throw new ArgumentException("An empty list rejects every client. Pass at least one value.", name);
        }
    }

    private static string List(string[] values) => string.Join(" or ", values.Select(value => $"'{value}'"));
}
