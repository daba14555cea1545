using EndpointMtls;

namespace Querier.Stores;

/// <summary>The health of an endpoint as text, for the page and for the API.</summary>
internal static class HealthText
{
    public static string State(EndpointHealth health) => health switch
    {
        EndpointHealth.Healthy => "up",
        EndpointHealth.Unhealthy => "down",
        EndpointHealth.NotProbed => "not probed",
        _ => "unknown",
    };

    public static string Of(EndpointHealth health) => health switch
    {
        EndpointHealth.Healthy => "healthy",
        EndpointHealth.Unhealthy => "unhealthy",
        EndpointHealth.NotProbed => "not_probed",
        _ => "unknown",
    };
}
