using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace EndpointMtls.AspNetCore;

/// <summary>Requires a verified client that satisfies a predicate. It is its own handler, so no handler needs to be registered.</summary>
/// <param name="description">The description for the log.</param>
/// <param name="predicate">Whether a client satisfies the requirement.</param>
internal sealed class VerifiedClientRequirement(string description, Func<VerifiedClient, bool> predicate)
    : IAuthorizationRequirement, IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (FindClient(context) is { } client && predicate(client))
        {
            context.Succeed(this);
        }

        return Task.CompletedTask;
    }

    public override string ToString() => description;

    // Claims prove nothing, because any scheme may create them. Without an HTTP request, the type of the identity proves it.
    private static VerifiedClient? FindClient(AuthorizationHandlerContext context) => context.Resource is HttpContext request
        ? request.Features.Get<VerifiedClient>()
        : context.User.Identities.OfType<VerifiedClientIdentity>().FirstOrDefault()?.Client;
}
