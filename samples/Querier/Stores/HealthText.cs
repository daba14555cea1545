using EndpointMtls;

namespace Querier.Stores;

/// <summary>What the probes have found, in the words of the page and of the API.</summary>
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
