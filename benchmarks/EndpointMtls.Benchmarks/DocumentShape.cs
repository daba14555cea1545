namespace EndpointMtls.Benchmarks;

/// <summary>The shape of a YAML file.</summary>
public enum DocumentShape
{
    /// <summary>A list of realms, each with its endpoints.</summary>
    Realms,

    /// <summary>Endpoints as in Thanos, with one default configuration.</summary>
    Thanos,
}
