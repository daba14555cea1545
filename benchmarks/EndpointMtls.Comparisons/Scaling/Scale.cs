namespace EndpointMtls.Comparisons.Scaling;

/// <summary>The size of the comparison of many endpoints.</summary>
/// <param name="Endpoints">The number of endpoints.</param>
/// <param name="Realms">The number of realms, each with its own CAs.</param>
/// <param name="Watch">How long to measure the steady state.</param>
internal sealed record Scale(int Endpoints, int Realms, TimeSpan Watch)
{
    public int EndpointsPerRealm => Endpoints / Realms;
}
