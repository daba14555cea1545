using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>The <c>AuthContext</c> of Grpc.AspNetCore shows the client certificate, whether the server verified it or not.</summary>
public sealed class AuthContextTests
{
    [Test]
    public async Task The_identity_of_a_verified_client_is_its_DNS_names()
    {
        var (context, client) = await CallAsync(ClientAuthType.RequireAndVerifyClientCert, ca =>
            ca.IssueClient("querier", "a.example.com", ClientAuthFixture.Pod, "b.example.com", "10.1.2.3", "ops@example.com"));

        client.Should().NotBeNull();
        context.IsPeerAuthenticated.Should().BeTrue();
        context.PeerIdentityPropertyName.Should().Be("x509_subject_alternative_name");
        context.PeerIdentity.Select(property => property.Value).Should().Equal("a.example.com", "b.example.com");
        context.FindPropertiesByName("x509_common_name").Select(property => property.Value).Should().Equal("querier");
        context.Properties.Should().HaveCount(3);
    }

    [Test]
    public async Task The_identity_of_a_verified_client_without_DNS_names_is_its_common_name()
    {
        var (context, _) = await CallAsync(ClientAuthType.RequireAndVerifyClientCert, ca => ca.IssueClient("querier", ClientAuthFixture.Pod));

        context.IsPeerAuthenticated.Should().BeTrue();
        context.PeerIdentityPropertyName.Should().Be("x509_common_name");
        context.PeerIdentity.Single().Value.Should().Be("querier");
    }

    [Test]
    public async Task A_client_without_a_certificate_is_not_authenticated()
    {
        var (context, client) = await CallAsync(ClientAuthType.VerifyClientCertIfGiven, _ => null);

        client.Should().BeNull();
        context.IsPeerAuthenticated.Should().BeFalse();
        context.PeerIdentityPropertyName.Should().BeNull();
        context.PeerIdentity.Should().BeEmpty();
        context.Properties.Should().BeEmpty();
    }

    [Test]
    public async Task A_client_that_was_not_verified_appears_as_authenticated([Values(ClientAuthType.RequestClientCert, ClientAuthType.RequireAnyClientCert)] ClientAuthType clientAuthType)
    {
        var (context, client) = await CallAsync(clientAuthType, _ => TestCa.CreateRoot("other").IssueClient("other", "querier.example.com"));

        // For that reason, docs/server.md tells to use the verified client instead.
        client.Should().BeNull();
        context.IsPeerAuthenticated.Should().BeTrue();
        context.PeerIdentity.Single().Value.Should().Be("querier.example.com");
    }

    private static async Task<(AuthContext Context, VerifiedClient? Client)> CallAsync(ClientAuthType clientAuthType, Func<TestCa, TestCertificate?> issue)
    {
        var seen = new TaskCompletionSource<(AuthContext, VerifiedClient?)>();
        await using var server = await ClientAuthFixture.StartAsync(clientAuthType, app => app.MapGrpcService<RecordingService>(), services => services.AddSingleton(seen));
        await new Health.HealthClient(server.CreateChannel(issue(server.CaCertificate))).CheckAsync(new HealthCheckRequest()).ResponseAsync.WithTimeout();
        return await seen.Task;
    }

    /// <summary>Passes the contexts of its caller to the test.</summary>
    private sealed class RecordingService(TaskCompletionSource<(AuthContext Context, VerifiedClient? Client)> seen) : Health.HealthBase
    {
        public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        {
            seen.SetResult((context.AuthContext, context.GetHttpContext().Features.Get<VerifiedClient>()));
            return Task.FromResult(new HealthCheckResponse());
        }
    }
}
