using EndpointMtls.Realms;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of the realms to that of the service.</summary>
public static class EndpointMtlsHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that is degraded while the configuration, or the files of a realm, were changed and cannot be taken
    /// over, or when less than a tenth of the life of a client certificate is left; and that fails when one has expired.
    /// </summary>
    /// <param name="builder">The builder to add to.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What an expired certificate is reported as; by default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to select the check by; by default none.</param>
    /// <remarks>Needs <c>AddEndpointMtls</c>. The check reads what is in memory: it opens neither files nor connections.</remarks>
    public static IHealthChecksBuilder AddEndpointMtls(
        this IHealthChecksBuilder builder, string name = "endpoint_mtls", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new RealmHealthCheck(provider.GetRequiredService<RealmRegistry>(), provider.GetRequiredService<TimeProvider>()),
            failureStatus,
            tags));
    }
}
