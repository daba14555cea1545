namespace EndpointMtls.Scale;

/// <summary>How large a run is.</summary>
internal sealed record Scale(int Endpoints, int Realms, TimeSpan Watch, bool IsPlaintext)
{
    public int EndpointsPerRealm => Endpoints / Realms;
}
