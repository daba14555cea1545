namespace EndpointMtls;

/// <summary>The health of an endpoint, from its last probe.</summary>
public enum EndpointHealth
{
    /// <summary>The endpoint has not been probed yet.</summary>
    Unknown,

    /// <summary>The last probe succeeded.</summary>
    Healthy,

    /// <summary>The last probe failed. <see cref="GrpcEndpoint.LastError"/> has the reason.</summary>
    Unhealthy,

    /// <summary>The endpoint is not probed: <see cref="RealmOptions.Probe"/> is <see langword="false"/>. It counts as healthy.</summary>
    NotProbed,
}
