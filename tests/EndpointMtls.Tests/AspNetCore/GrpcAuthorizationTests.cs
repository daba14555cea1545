using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>A gRPC service with a policy: which clients it accepts, and the status of rejected calls.</summary>
public sealed class GrpcAuthorizationTests
{
    private const string Queriers = "queriers";

    [TestCase("querier.example.com", StatusCode.OK)]
    [TestCase("compactor.example.com", StatusCode.PermissionDenied)]
    [TestCase(null, StatusCode.Unauthenticated)]
    public async Task Accepts_or_rejects_a_client_by_its_name(string? name, StatusCode expected)
    {
        await using var server = await StartAsync(ClientAuthType.VerifyClientCertIfGiven);

        (await CheckAsync(server, name is null ? null : server.CaCertificate.IssueClient("client", name))).Should().Be(expected);
    }

    [Test]
    public async Task A_client_that_was_not_verified_is_unauthenticated()
    {
        await using var server = await StartAsync(ClientAuthType.RequestClientCert);

        (await CheckAsync(server, TestCa.CreateRoot("other").IssueClient("client", "querier.example.com"))).Should().Be(StatusCode.Unauthenticated);
    }

    private static Task<ClientAuthFixture> StartAsync(ClientAuthType clientAuthType) => ClientAuthFixture.StartAsync(
        clientAuthType,
        app => app.MapGrpcService<ProtectedService>(),
        services => services.AddAuthorizationBuilder().AddPolicy(Queriers, policy => policy.RequireClientSan("querier.example.com")));

    private static async Task<StatusCode> CheckAsync(ClientAuthFixture server, TestCertificate? certificate)
    {
        try
        {
            await new Health.HealthClient(server.CreateChannel(certificate)).CheckAsync(new HealthCheckRequest()).ResponseAsync.WithTimeout();
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    /// <summary>A service that requires the policy.</summary>
    [Authorize(Policy = Queriers)]
    private sealed class ProtectedService : Health.HealthBase
    {
        public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Task.FromResult(new HealthCheckResponse());
    }
}
