using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace EndpointMtls.AspNetCore;

/// <summary>Demands a verified client of some kind. Handles itself, so that no handler can be forgotten.</summary>
/// <param name="what">Who is demanded, for the log.</param>
/// <param name="isMeant">Whether that is a client.</param>
internal sealed class VerifiedClientRequirement(string what, Func<VerifiedClient, bool> isMeant) : IAuthorizationRequirement, IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (FindClient(context) is { } client && isMeant(client))
        {
            context.Succeed(this);
        }

        return Task.CompletedTask;
    }

    public override string ToString() => what;

    // Claims prove nothing, since any scheme may make them. Where the request is not at hand, the identity of our own does.
    private static VerifiedClient? FindClient(AuthorizationHandlerContext context) => context.Resource is HttpContext request
        ? request.Features.Get<VerifiedClient>()
        : context.User.Identities.OfType<VerifiedClientIdentity>().FirstOrDefault()?.Client;
}
