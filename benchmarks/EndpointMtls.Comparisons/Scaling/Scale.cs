namespace EndpointMtls.Comparisons.Scaling;

/// <summary>How many endpoints there are.</summary>
/// <param name="Endpoints">How many in all.</param>
/// <param name="Realms">How many realms they are in, each with authorities of its own.</param>
/// <param name="Watch">How long to look at the steady state.</param>
internal sealed record Scale(int Endpoints, int Realms, TimeSpan Watch)
{
    public int EndpointsPerRealm => Endpoints / Realms;
}
