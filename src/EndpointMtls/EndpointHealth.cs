namespace EndpointMtls;

/// <summary>What the probes of an endpoint have found.</summary>
public enum EndpointHealth
{
    /// <summary>The endpoint has not been probed yet.</summary>
    Unknown,

    /// <summary>The last probe went well.</summary>
    Healthy,

    /// <summary>The last probe failed: <see cref="GrpcEndpoint.LastError"/> says why.</summary>
    Unhealthy,

    /// <summary>The realm says <c>probe: false</c>: nobody asks, and the endpoint is used.</summary>
    NotProbed,
}
