using EndpointMtls;
using EndpointMtls.AspNetCore;
using Microsoft.AspNetCore.Authentication;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Authenticates requests by the verified client of their connection.</summary>
public static class EndpointMtlsAuthenticationBuilderExtensions
{
    /// <summary>Adds the scheme <see cref="EndpointMtlsAuthenticationDefaults.AuthenticationScheme"/>.</summary>
    /// <remarks>
    /// <para>
    /// The user is authenticated if, and only if, <c>UseEndpointMtls</c> verified the client. The <see cref="VerifiedClient"/> is
    /// then among the features of the request. If the server does not verify certificates, users are anonymous, also with a certificate.
    /// </para>
    /// <para>
    /// A request of an anonymous user that authorization rejects is answered with 403, or <c>Unauthenticated</c> with gRPC. A
    /// request of an authenticated user is answered with 403, or <c>PermissionDenied</c> with gRPC. With several schemes, set the
    /// default scheme.
    /// </para>
    /// </remarks>
    /// <param name="builder">The authentication builder.</param>
    public static AuthenticationBuilder AddEndpointMtls(this AuthenticationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddScheme<AuthenticationSchemeOptions, VerifiedClientHandler>(
            EndpointMtlsAuthenticationDefaults.AuthenticationScheme, configureOptions: null);
    }
}
