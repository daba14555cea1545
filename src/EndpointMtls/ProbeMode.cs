namespace EndpointMtls;

/// <summary>Whether endpoints are asked how they are.</summary>
public enum ProbeMode
{
    /// <summary>They are asked by the registered <see cref="IEndpointProbe"/>. YAML: no <c>probe</c>, or <c>""</c>.</summary>
    Registered,

    /// <summary>They are not asked, and used all the same. YAML: <c>none</c>.</summary>
    None,
}
