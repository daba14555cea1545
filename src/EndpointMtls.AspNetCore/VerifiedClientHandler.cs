using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.AspNetCore;

/// <summary>Authenticates requests by the verified client of their connection.</summary>
/// <remarks>Without a verified client, the user is anonymous, even if the client sent a certificate.</remarks>
internal sealed class VerifiedClientHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Grpc = "application/grpc";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Features.Get<VerifiedClient>() is not { } client)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var claims = Context.Features.Get<ClientClaims>() is { } cached && ReferenceEquals(cached.Client, client)
            ? cached
            : new ClientClaims(client);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(claims.CreateUser(), Scheme.Name)));
    }

    // A client cannot authenticate again on the same connection, so a challenge has no use. gRPC clients map 401 to
    // Unauthenticated, and 403 to PermissionDenied, which means that the client is known. For a verified client that is not
    // authorized, 403 is the default of ASP.NET.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var isGrpc = Request.ContentType?.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase) is true;
        Response.StatusCode = isGrpc ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
