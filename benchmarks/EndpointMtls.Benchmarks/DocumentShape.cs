namespace EndpointMtls.Benchmarks;

/// <summary>How a YAML file is laid out.</summary>
public enum DocumentShape
{
    /// <summary>A list of realms, each with its endpoints.</summary>
    Realms,

    /// <summary>A list of endpoints that inherit from one default.</summary>
    Thanos,
}
