using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using EndpointMtls.AspNetCore;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using static EndpointMtls.Tests.AspNetCore.ClientAuthFixture;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>The user of a request is the verified client of its connection; otherwise it is anonymous.</summary>
public sealed class AuthenticationTests
{
    [Test]
    public async Task A_verified_client_is_the_user_and_a_feature_of_the_request([Values("1.1", "2.0")] string version)
    {
        var seen = new TaskCompletionSource<(ClaimsPrincipal User, VerifiedClient? Client, string Protocol)>();
        await using var server = await ClientAuthFixture.StartAsync(
            ClientAuthType.RequireAndVerifyClientCert,
            app => app.MapGet("/", (HttpContext context) => seen.SetResult((context.User, context.Features.Get<VerifiedClient>(), context.Request.Protocol))));
        var querier = server.Querier;
        using var client = server.CreateClient(querier, Version.Parse(version));

        (await client.GetAsync("/").WithTimeout()).EnsureSuccessStatusCode();

        var (user, verified, protocol) = await seen.Task;
        protocol.Should().StartWith($"HTTP/{version[0]}");
        verified!.Subject.Should().Be("CN=querier");
        user.Identity.Should().BeEquivalentTo(new { IsAuthenticated = true, Name = Pod, AuthenticationType = "EndpointMtls" });
        user.Claims.Should().OnlyContain(claim => claim.Issuer == EndpointMtlsAuthenticationDefaults.AuthenticationScheme);
        user.Claims.Select(claim => (claim.Type, claim.Value)).Should().BeEquivalentTo(new[]
        {
            (ClaimTypes.Name, Pod),
            (ClaimTypes.X500DistinguishedName, "CN=querier"),
            (EndpointMtlsClaimTypes.Issuer, "CN=eu"),
            (ClaimTypes.SerialNumber, querier.Leaf.SerialNumber),
            (ClaimTypes.Thumbprint, querier.Leaf.GetCertHashString(HashAlgorithmName.SHA256)),
            (EndpointMtlsClaimTypes.Realm, "gate"),
            (EndpointMtlsClaimTypes.Anchor, "CN=eu"),
            (EndpointMtlsClaimTypes.AnchorThumbprint, server.CaCertificate.Certificate.GetCertHashString(HashAlgorithmName.SHA256)),
            (EndpointMtlsClaimTypes.SpiffeId, Pod),
            (ClaimTypes.Dns, "querier.example.com"),
            (ClaimTypes.Uri, Pod),
            (EndpointMtlsClaimTypes.IPAddress, "10.1.2.3"),
            (ClaimTypes.Email, "ops@example.com"),
        });
    }

    [Test]
    public async Task The_name_of_a_client_without_a_SPIFFE_ID_is_its_subject()
    {
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.RequireAndVerifyClientCert, app => app.MapGet("/", (ClaimsPrincipal user) => user.Identity!.Name));
        using var client = server.CreateClient(server.CaCertificate.IssueClient("plain", Pod, "https://a.example/"));

        (await client.GetStringAsync("/").WithTimeout()).Should().Be("CN=plain");
    }

    [TestCase(ClientAuthType.NoClientCert, false)]
    [TestCase(ClientAuthType.RequestClientCert, true)]
    [TestCase(ClientAuthType.RequireAnyClientCert, true)]
    [TestCase(ClientAuthType.VerifyClientCertIfGiven, false)]
    public async Task A_client_that_was_not_verified_is_anonymous(ClientAuthType clientAuthType, bool sendsCertificate)
    {
        var seen = new TaskCompletionSource<(ClaimsPrincipal User, VerifiedClient? Client, bool HasCertificate)>();
        await using var server = await ClientAuthFixture.StartAsync(
            clientAuthType,
            app => app.MapGet("/", (HttpContext context) => seen.SetResult((context.User, context.Features.Get<VerifiedClient>(), context.Connection.ClientCertificate is not null))));
        using var client = server.CreateClient(sendsCertificate ? TestCa.CreateRoot("other").IssueClient("querier", Pod) : null);

        (await client.GetAsync("/").WithTimeout()).EnsureSuccessStatusCode();

        var (user, verified, hasCertificate) = await seen.Task;
        hasCertificate.Should().Be(sendsCertificate);
        verified.Should().BeNull();
        user.Identity!.IsAuthenticated.Should().BeFalse();
        user.Claims.Should().BeEmpty();
    }

    [Test]
    public async Task Changes_of_the_user_do_not_affect_the_next_request_of_the_connection()
    {
        var seen = new List<(string Connection, int Identities, int Claims)>();
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.RequireAndVerifyClientCert, app => app.MapGet("/", (HttpContext context) =>
        {
            seen.Add((context.Connection.Id, context.User.Identities.Count(), context.User.Claims.Count()));
            ((ClaimsIdentity)context.User.Identity!).AddClaim(new Claim(ClaimTypes.Role, "admin"));
            context.User.Claims.First().Properties["changed"] = "yes";
            context.User.AddIdentity(new ClaimsIdentity([new Claim("more", "power")], "Other"));
            context.Features.Get<VerifiedClient>()!.Should().NotBeNull();
        }));
        using var client = server.CreateClient(server.Querier);

        for (var i = 0; i < 3; i++)
        {
            (await client.GetAsync("/").WithTimeout()).EnsureSuccessStatusCode();
        }

        seen.Distinct().Should().ContainSingle("all requests have the same user and connection").Which.Identities.Should().Be(1);
    }

    [Test]
    public async Task Changes_of_a_claim_do_not_affect_the_next_request()
    {
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.RequireAndVerifyClientCert, app => app.MapGet("/", (ClaimsPrincipal user) =>
        {
            var changed = user.Claims.Sum(claim => claim.Properties.Count);
            user.Claims.First().Properties["changed"] = "yes";
            return changed;
        }));
        using var client = server.CreateClient(server.Querier);

        (await client.GetStringAsync("/").WithTimeout()).Should().Be("0");
        (await client.GetStringAsync("/").WithTimeout()).Should().Be("0");
    }

    [Test]
    public async Task Responds_403_without_a_challenge_to_an_anonymous_user()
    {
        await using var server = await ClientAuthFixture.StartAsync(ClientAuthType.VerifyClientCertIfGiven, app => app.MapGet("/", () => "in").RequireAuthorization());
        using var anonymous = server.CreateClient(certificate: null);
        using var querier = server.CreateClient(server.Querier);

        (await anonymous.GetAsync("/").WithTimeout()).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await querier.GetStringAsync("/").WithTimeout()).Should().Be("in");
    }
}
