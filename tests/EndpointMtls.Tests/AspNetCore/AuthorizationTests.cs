using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using EndpointMtls.AspNetCore;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static EndpointMtls.Tests.AspNetCore.ClientAuthFixture;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>Policies check the certificate of the connection, not claims that other schemes create.</summary>
public sealed class AuthorizationTests
{
    [TestCase("querier.example.com", HttpStatusCode.OK)]
    [TestCase("*.example.com", HttpStatusCode.OK)]
    [TestCase("spiffe://prod.example/*", HttpStatusCode.OK)]
    [TestCase("10.0.0.0/8", HttpStatusCode.OK)]
    [TestCase("*@example.com", HttpStatusCode.OK)]
    [TestCase("other.example.com querier.example.com", HttpStatusCode.OK)]
    [TestCase("other.example.com spiffe://test.example/*", HttpStatusCode.Forbidden)]
    public async Task RequireClientSan_accepts_a_client_with_a_matching_name(string patterns, HttpStatusCode expected) =>
        (await GetStatusAsync(policy => policy.RequireClientSan(patterns.Split(' ')))).Should().Be(expected);

    [TestCase("gate", HttpStatusCode.OK)]
    [TestCase("other gate", HttpStatusCode.OK)]
    [TestCase("Gate", HttpStatusCode.Forbidden)]
    public async Task RequireClientRealm_accepts_a_client_that_the_realm_verified(string realms, HttpStatusCode expected) =>
        (await GetStatusAsync(policy => policy.RequireClientRealm(realms.Split(' ')))).Should().Be(expected);

    [Test]
    public async Task RequireClientRealm_copies_the_names_of_realms() => (await GetStatusAsync(policy =>
    {
        string[] realms = ["gate"];
        policy.RequireClientRealm(realms);
        realms[0] = "other";
    })).Should().Be(HttpStatusCode.OK);

    [TestCase("querier.example.com", "10.1.2.3", HttpStatusCode.OK)]
    [TestCase("querier.example.com", "10.9.9.9", HttpStatusCode.Forbidden)]
    [TestCase("other.example.com", "10.1.2.3", HttpStatusCode.Forbidden)]
    public async Task A_client_must_satisfy_every_requirement(string first, string second, HttpStatusCode expected) =>
        (await GetStatusAsync(policy => policy.RequireClientSan(first).RequireClientSan(second))).Should().Be(expected);

    [Test]
    public async Task Rejects_a_client_that_was_not_verified([Values(ClientAuthType.RequestClientCert, ClientAuthType.RequireAnyClientCert)] ClientAuthType clientAuthType)
    {
        await using var server = await ClientAuthFixture.StartAsync(clientAuthType, app => Map(app, policy => policy.RequireClientSan("querier.example.com")));
        using var client = server.CreateClient(server.Querier);

        (await client.GetAsync("/").WithTimeout()).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Claims_of_another_scheme_satisfy_no_requirement()
    {
        await using var server = await ClientAuthFixture.StartAsync(
            ClientAuthType.VerifyClientCertIfGiven,
            app => Map(app, policy => policy.RequireAuthenticatedUser().RequireClientSan(Pod).RequireClientRealm("gate")),
            AddToken);
        using var forger = server.CreateClient(certificate: null);
        using var querier = server.CreateClient(server.Querier);

        (await GetStatusAsync(forger, token: true)).Should().Be(HttpStatusCode.Forbidden, "the token has the claims, but the connection has no verified client");
        (await GetStatusAsync(querier, token: false)).Should().Be(HttpStatusCode.Unauthorized, "the other scheme requires its token");
        (await GetStatusAsync(querier, token: true)).Should().Be(HttpStatusCode.OK, "both are satisfied");
    }

    [Test]
    public async Task Without_an_HTTP_request_only_the_identity_of_the_own_scheme_satisfies_a_requirement()
    {
        ClaimsPrincipal? user = null;
        await using var server = await ClientAuthFixture.StartAsync(
            ClientAuthType.RequireAndVerifyClientCert, app => app.MapGet("/", (HttpContext context) => user = context.User).AllowAnonymous());
        using var client = server.CreateClient(server.Querier);
        (await client.GetAsync("/").WithTimeout()).Dispose();
        var policy = new AuthorizationPolicyBuilder().RequireClientSan(Pod).Build();
        var authorization = server.Services.GetRequiredService<IAuthorizationService>();
        var forged = new ClaimsPrincipal(new ClaimsIdentity(user!.Claims, EndpointMtlsAuthenticationDefaults.AuthenticationScheme));

        (await authorization.AuthorizeAsync(user, policy)).Succeeded.Should().BeTrue();
        (await authorization.AuthorizeAsync(user.Clone(), policy)).Succeeded.Should().BeTrue();
        (await authorization.AuthorizeAsync(new ClaimsPrincipal(user.Identities.Select(identity => identity.Clone())), policy)).Succeeded.Should().BeTrue();
        (await authorization.AuthorizeAsync(forged, policy)).Succeeded.Should().BeFalse();
        (await authorization.AuthorizeAsync(new ClaimsPrincipal(), policy)).Succeeded.Should().BeFalse();
    }

    [Test]
    public void Rejects_invalid_and_empty_arguments()
    {
        var policy = new AuthorizationPolicyBuilder();

        policy.Invoking(p => p.RequireClientSan("a.example", "*.")).Should().Throw<FormatException>().Which.Message.Should().BeApproved();
        policy.Invoking(p => p.RequireClientSan()).Should().Throw<ArgumentException>().Which.Message.Should().BeApproved();
        policy.Invoking(p => p.RequireClientRealm()).Should().Throw<ArgumentException>().Which.Message.Should().BeApproved();
        policy.Invoking(p => p.RequireClientRealm("eu", " ")).Should().Throw<ArgumentException>();
        policy.Requirements.Should().BeEmpty();
    }

    [Test]
    public void Describes_a_requirement_for_the_log() =>
        new AuthorizationPolicyBuilder().RequireClientSan("a.example", "*.b.example").RequireClientRealm("eu").Requirements
            .Select(requirement => requirement.ToString()!).Should().BeApproved();

    private static async Task<HttpStatusCode> GetStatusAsync(Action<AuthorizationPolicyBuilder> configure)
    {
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.RequireAndVerifyClientCert, app => Map(app, configure));
        using var client = server.CreateClient(server.Querier);
        return await GetStatusAsync(client, token: false);
    }

    private static async Task<HttpStatusCode> GetStatusAsync(HttpClient client, bool token)
    {
        using var response = await client.GetAsync(token ? "/?token" : "/").WithTimeout();
        return response.StatusCode;
    }

    private static void Map(WebApplication app, Action<AuthorizationPolicyBuilder> configure) => app.MapGet("/", () => "in").RequireAuthorization(configure);

    private static void AddToken(IServiceCollection services) => services.AddAuthentication(TokenHandler.Scheme)
        .AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Scheme, configureOptions: null);

    /// <summary>Authenticates every request that has a token, with the claims that the own scheme would create.</summary>
    private sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        public new const string Scheme = "Token";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var issuer = EndpointMtlsAuthenticationDefaults.AuthenticationScheme;
            Claim[] claims = [Forge(ClaimTypes.Uri, Pod), Forge(EndpointMtlsClaimTypes.SpiffeId, Pod), Forge(EndpointMtlsClaimTypes.Realm, "gate")];
            return Task.FromResult(Request.Query.ContainsKey("token")
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, issuer)), Scheme))
                : AuthenticateResult.NoResult());

            Claim Forge(string type, string value) => new(type, value, ClaimValueTypes.String, issuer, issuer);
        }
    }
}
