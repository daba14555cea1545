namespace EndpointMtls;

/// <summary>What becomes of connections to servers whose certificate authority is no longer trusted.</summary>
public enum TrustRemovedAction
{
    /// <summary>They are replaced as in any rotation: running calls may finish. YAML: <c>drain</c>.</summary>
    Drain,

    /// <summary>They are cut at once, with the calls on them. YAML: <c>close</c>.</summary>
    Close,
}
