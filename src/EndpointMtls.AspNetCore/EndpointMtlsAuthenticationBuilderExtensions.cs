using EndpointMtls;
using EndpointMtls.AspNetCore;
using Microsoft.AspNetCore.Authentication;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes the verified client of a connection the user of its requests.</summary>
public static class EndpointMtlsAuthenticationBuilderExtensions
{
    /// <summary>Adds the scheme <see cref="EndpointMtlsAuthenticationDefaults.AuthenticationScheme"/>.</summary>
    /// <remarks>
    /// The user is authenticated if, and only if, <c>UseEndpointMtls</c> verified the client, which is then the
    /// <see cref="VerifiedClient"/> among the features of the request. Where nobody verifies certificates, users stay
    /// anonymous, whatever they send. An anonymous user who is refused sees 403, or with gRPC <c>Unauthenticated</c>; one who
    /// is known and refused sees 403, with gRPC <c>PermissionDenied</c>. Beside other schemes, say which is the default one.
    /// </remarks>
    /// <param name="builder">What schemes are added to.</param>
    public static AuthenticationBuilder AddEndpointMtls(this AuthenticationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddScheme<AuthenticationSchemeOptions, VerifiedClientHandler>(EndpointMtlsAuthenticationDefaults.AuthenticationScheme, configureOptions: null);
    }
}
