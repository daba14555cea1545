using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>What Grpc.AspNetCore says of a client by itself: what its certificate says, whether somebody verified it or not.</summary>
public sealed class AuthContextTests
{
    [Test]
    public async Task A_verified_client_is_authenticated_by_its_DNS_names()
    {
        var (context, client) = await SeeAsync(ClientAuthType.RequireAndVerifyClientCert, authority =>
            authority.IssueClient("querier", "a.example.com", ClientAuthFixture.Pod, "b.example.com", "10.1.2.3", "ops@example.com"));

        client.Should().NotBeNull();
        context.IsPeerAuthenticated.Should().BeTrue();
        context.PeerIdentityPropertyName.Should().Be("x509_subject_alternative_name");
        context.PeerIdentity.Select(property => property.Value).Should().Equal("a.example.com", "b.example.com");
        context.FindPropertiesByName("x509_common_name").Select(property => property.Value).Should().Equal("querier");
        context.Properties.Should().HaveCount(3);
    }

    [Test]
    public async Task A_verified_client_without_DNS_names_is_authenticated_by_its_common_name()
    {
        var (context, _) = await SeeAsync(ClientAuthType.RequireAndVerifyClientCert, authority => authority.IssueClient("querier", ClientAuthFixture.Pod));

        context.IsPeerAuthenticated.Should().BeTrue();
        context.PeerIdentityPropertyName.Should().Be("x509_common_name");
        context.PeerIdentity.Single().Value.Should().Be("querier");
    }

    [Test]
    public async Task A_client_without_a_certificate_is_not_authenticated()
    {
        var (context, client) = await SeeAsync(ClientAuthType.VerifyClientCertIfGiven, _ => null);

        client.Should().BeNull();
        context.IsPeerAuthenticated.Should().BeFalse();
        context.PeerIdentityPropertyName.Should().BeNull();
        context.PeerIdentity.Should().BeEmpty();
        context.Properties.Should().BeEmpty();
    }

    [Test]
    public async Task A_client_that_nobody_verified_passes_for_authenticated([Values(ClientAuthType.RequestClientCert, ClientAuthType.RequireAnyClientCert)] ClientAuthType clientAuthType)
    {
        var (context, client) = await SeeAsync(clientAuthType, _ => TestCa.CreateRoot("stranger").IssueClient("stranger", "querier.example.com"));

        // So docs/server.md says to ask for the verified client instead.
        client.Should().BeNull();
        context.IsPeerAuthenticated.Should().BeTrue();
        context.PeerIdentity.Single().Value.Should().Be("querier.example.com");
    }

    private static async Task<(AuthContext Context, VerifiedClient? Client)> SeeAsync(ClientAuthType clientAuthType, Func<TestCa, TestCertificate?> issue)
    {
        var seen = new TaskCompletionSource<(AuthContext, VerifiedClient?)>();
        await using var server = await ClientAuthFixture.StartAsync(clientAuthType, app => app.MapGrpcService<SeeingService>(), services => services.AddSingleton(seen));
        await new Health.HealthClient(server.CreateChannel(issue(server.CaCertificate))).CheckAsync(new HealthCheckRequest()).ResponseAsync.WithTimeout();
        return await seen.Task;
    }

    /// <summary>Tells the test who called.</summary>
    private sealed class SeeingService(TaskCompletionSource<(AuthContext Context, VerifiedClient? Client)> seen) : Health.HealthBase
    {
        public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        {
            seen.SetResult((context.AuthContext, context.GetHttpContext().Features.Get<VerifiedClient>()));
            return Task.FromResult(new HealthCheckResponse());
        }
    }
}
