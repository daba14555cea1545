using EndpointMtls;
using EndpointMtls.Channels;
using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks for realms and endpoints.</summary>
public static class EndpointMtlsHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check for configuration, certificates and strict endpoints. It reports <see cref="HealthStatus.Degraded"/> or the failure
    /// status; its description has all reasons.
    /// </summary>
    /// <param name="builder">The builder to add to.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">The status to report on failure; by default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags of the check; by default none.</param>
    /// <remarks>
    /// <para>Failure: a certificate of a realm has expired, a server cannot use its realm, or a strict endpoint is unhealthy.</para>
    /// <para>
    /// Degraded: a reload of the configuration or of certificates failed, a file or name of discovery cannot be read or looked up, calls
    /// stay on a previous client certificate because connections with the new one fail, or less than a tenth of the validity period of
    /// a certificate is left.
    /// </para>
    /// <para>
    /// Requires <c>AddEndpointMtls</c>; checks endpoints if <c>AddEndpointSet</c> was called. The check reads only memory: it opens no
    /// files and no connections.
    /// </para>
    /// </remarks>
    public static IHealthChecksBuilder AddEndpointMtls(
        this IHealthChecksBuilder builder,
        string name = "endpoint_mtls",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Add(builder, name, failureStatus, tags, provider => new EndpointHealthCheck(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetService<IEndpointSet>(),
            provider.GetRequiredService<FailedRotations>(),
            provider.GetRequiredService<TimeProvider>()));

    /// <summary>
    /// Adds a check that fails until the set of endpoints is ready: see <see cref="EndpointSetOptions.Readiness"/>. It does not report
    /// later failures; <see cref="AddEndpointMtls"/> does.
    /// </summary>
    /// <param name="builder">The builder to add to.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">The status to report on failure; by default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags of the check; by default none. <c>ready</c> is common for readiness checks.</param>
    /// <remarks>Requires <c>AddEndpointSet</c>. The check reads only memory: it opens no connections.</remarks>
    public static IHealthChecksBuilder AddEndpointReadiness(
        this IHealthChecksBuilder builder,
        string name = "endpoint_readiness",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null) =>
        Add(builder, name, failureStatus, tags, provider => new ReadinessCheck(provider.GetRequiredService<IEndpointSet>()));

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder,
        string name,
        HealthStatus? failureStatus,
        IEnumerable<string>? tags,
        Func<IServiceProvider, IHealthCheck> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(name, create, failureStatus, tags));
    }
}
