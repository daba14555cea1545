using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.AspNetCore;

/// <summary>Makes the verified client of a connection the user of its requests. Who was not verified is nobody, with a certificate or without.</summary>
internal sealed class VerifiedClientHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Grpc = "application/grpc";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Features.Get<VerifiedClient>() is not { } client)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var claims = Context.Features.Get<ClientClaims>() is { } made && ReferenceEquals(made.Client, client) ? made : new ClientClaims(client);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(claims.CreateUser(), Scheme.Name)));
    }

    // A connection cannot be authenticated again, so there is nothing to challenge with. But clients of gRPC read 401 as
    // Unauthenticated and 403 as PermissionDenied, which is for those who are known.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var isGrpc = Request.ContentType?.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase) is true;
        Response.StatusCode = isGrpc ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
