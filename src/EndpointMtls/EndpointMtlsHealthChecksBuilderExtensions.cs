using EndpointMtls;
using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of realms and endpoints to that of the service.</summary>
public static class EndpointMtlsHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that is degraded while the configuration, the files of a realm, or what endpoints are discovered by cannot be
    /// taken over, or when less than a tenth of the life of a client certificate is left; and that fails when one has
    /// expired, or a strict endpoint is down.
    /// </summary>
    /// <param name="builder">The builder to add to.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What a failure is reported as; by default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to select the check by; by default none.</param>
    /// <remarks>Needs <c>AddEndpointMtls</c>; looks at endpoints after <c>AddEndpointSet</c>. The check reads what is in memory: it opens neither files nor connections.</remarks>
    public static IHealthChecksBuilder AddEndpointMtls(
        this IHealthChecksBuilder builder, string name = "endpoint_mtls", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null) =>
        Add(builder, name, failureStatus, tags, provider => new EndpointHealthCheck(
            provider.GetRequiredService<RealmRegistry>(), provider.GetService<IEndpointSet>(), provider.GetRequiredService<TimeProvider>()));

    /// <summary>Adds a check that fails until the set of endpoints is ready by its <see cref="EndpointSetOptions.Readiness"/>. What fails later is for <see cref="AddEndpointMtls"/> to tell.</summary>
    /// <param name="builder">The builder to add to.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What a failure is reported as; by default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to select the check by; by default none. Checks of readiness are often tagged <c>ready</c>.</param>
    /// <remarks>Needs <c>AddEndpointSet</c>. The check reads what is in memory: it opens no connections.</remarks>
    public static IHealthChecksBuilder AddEndpointReadiness(
        this IHealthChecksBuilder builder, string name = "endpoint_readiness", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null) =>
        Add(builder, name, failureStatus, tags, provider => new ReadinessCheck(provider.GetRequiredService<IEndpointSet>()));

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder, string name, HealthStatus? failureStatus, IEnumerable<string>? tags, Func<IServiceProvider, IHealthCheck> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(name, create, failureStatus, tags));
    }
}
