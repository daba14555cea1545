using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
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

/// <summary>Policies let in whom the certificate names, and nobody who only says so.</summary>
public sealed class AuthorizationTests
{
    [TestCase("querier.example.com", HttpStatusCode.OK)]
    [TestCase("*.example.com", HttpStatusCode.OK)]
    [TestCase("spiffe://prod.example/*", HttpStatusCode.OK)]
    [TestCase("10.0.0.0/8", HttpStatusCode.OK)]
    [TestCase("*@example.com", HttpStatusCode.OK)]
    [TestCase("other.example.com querier.example.com", HttpStatusCode.OK)]
    [TestCase("other.example.com spiffe://test.example/*", HttpStatusCode.Forbidden)]
    public async Task RequireClientSan_lets_in_who_has_a_name_that_is_meant(string patterns, HttpStatusCode expected) =>
        (await AskAsync(policy => policy.RequireClientSan(patterns.Split(' ')))).Should().Be(expected);

    [TestCase("gate", HttpStatusCode.OK)]
    [TestCase("other gate", HttpStatusCode.OK)]
    [TestCase("Gate", HttpStatusCode.Forbidden)]
    public async Task RequireClientRealm_lets_in_whom_a_realm_vouches_for(string realms, HttpStatusCode expected) =>
        (await AskAsync(policy => policy.RequireClientRealm(realms.Split(' ')))).Should().Be(expected);

    [Test]
    public async Task What_becomes_of_the_names_of_realms_afterwards_does_not_matter() => (await AskAsync(policy =>
    {
        string[] realms = ["gate"];
        policy.RequireClientRealm(realms);
        realms[0] = "other";
    })).Should().Be(HttpStatusCode.OK);

    [TestCase("querier.example.com", "10.1.2.3", HttpStatusCode.OK)]
    [TestCase("querier.example.com", "10.9.9.9", HttpStatusCode.Forbidden)]
    [TestCase("other.example.com", "10.1.2.3", HttpStatusCode.Forbidden)]
    public async Task Every_requirement_must_be_met(string first, string second, HttpStatusCode expected) =>
        (await AskAsync(policy => policy.RequireClientSan(first).RequireClientSan(second))).Should().Be(expected);

    [Test]
    public async Task Who_was_not_verified_has_no_name([Values(ClientAuthType.RequestClientCert, ClientAuthType.RequireAnyClientCert)] ClientAuthType clientAuthType)
    {
        await using var server = await ClientAuthFixture.StartAsync(clientAuthType, app => Map(app, policy => policy.RequireClientSan("querier.example.com")));
        using var client = server.CreateClient(server.Querier);

        (await client.GetAsync("/").WithTimeout()).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Who_has_names_that_cannot_be_read_has_none()
    {
        // A good DNS name, and behind it an IP address of three bytes.
        var names = new X509Extension("2.5.29.17", [0x30, 0x08, 0x82, 0x01, (byte)'a', 0x87, 0x03, 1, 2, 3], critical: false);
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.RequireAndVerifyClientCert, app =>
        {
            Map(app, policy => policy.RequireClientSan("a"));
            app.MapGet("/name", (HttpContext context) => context.User.Identity!.Name);
        });
        using var client = server.CreateClient(server.CaCertificate.Issue("garbled", [], TestCa.ClientAuthentication, extension: names));

        (await AskAsync(client, token: false)).Should().Be(HttpStatusCode.Forbidden);
        (await client.GetStringAsync("/name").WithTimeout()).Should().Be("CN=garbled");
    }

    [Test]
    public async Task Claims_of_another_scheme_satisfy_nothing()
    {
        await using var server = await ClientAuthFixture.StartAsync(
            ClientAuthType.VerifyClientCertIfGiven, app => Map(app, policy => policy.RequireAuthenticatedUser().RequireClientSan(Pod).RequireClientRealm("gate")), AddToken);
        using var forger = server.CreateClient(certificate: null);
        using var querier = server.CreateClient(server.Querier);

        (await AskAsync(forger, token: true)).Should().Be(HttpStatusCode.Forbidden, "the token says so, and the connection does not");
        (await AskAsync(querier, token: false)).Should().Be(HttpStatusCode.Unauthorized, "the other scheme demands its token");
        (await AskAsync(querier, token: true)).Should().Be(HttpStatusCode.OK, "both agree");
    }

    [Test]
    public async Task Without_a_request_only_our_own_identity_counts()
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
    public void A_policy_that_makes_no_sense_is_refused_at_once()
    {
        var policy = new AuthorizationPolicyBuilder();

        policy.Invoking(p => p.RequireClientSan("a.example", "*.")).Should().Throw<FormatException>().WithMessage("'*.' is not a pattern: *");
        policy.Invoking(p => p.RequireClientSan()).Should().Throw<ArgumentException>().WithMessage("Nobody would get in*");
        policy.Invoking(p => p.RequireClientRealm()).Should().Throw<ArgumentException>().WithMessage("Nobody would get in*");
        policy.Invoking(p => p.RequireClientRealm("eu", " ")).Should().Throw<ArgumentException>();
        policy.Requirements.Should().BeEmpty();
    }

    [Test]
    public void A_requirement_says_who_is_demanded() =>
        new AuthorizationPolicyBuilder().RequireClientSan("a.example", "*.b.example").RequireClientRealm("eu").Requirements.Select(requirement => requirement.ToString())
            .Should().Equal("A verified client with a name like 'a.example' or '*.b.example'", "A client that was verified by realm 'eu'");

    private static async Task<HttpStatusCode> AskAsync(Action<AuthorizationPolicyBuilder> demand)
    {
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.RequireAndVerifyClientCert, app => Map(app, demand));
        using var client = server.CreateClient(server.Querier);
        return await AskAsync(client, token: false);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, bool token)
    {
        using var response = await client.GetAsync(token ? "/?token" : "/").WithTimeout();
        return response.StatusCode;
    }

    private static void Map(WebApplication app, Action<AuthorizationPolicyBuilder> demand) => app.MapGet("/", () => "in").RequireAuthorization(demand);

    private static void AddToken(IServiceCollection services) => services.AddAuthentication(TokenHandler.Scheme)
        .AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Scheme, configureOptions: null);

    /// <summary>Believes whoever asks with a token, and says of him what our own scheme would say.</summary>
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
