namespace EndpointMtls;

/// <summary>What becomes of connections to servers, or of clients, whose certificate authority is no longer trusted.</summary>
public enum TrustRemovedAction
{
    /// <summary>Those to servers are replaced as in any rotation: running calls may finish. Those of clients stay. YAML: <c>drain</c>.</summary>
    Drain,

    /// <summary>They are cut at once, with the calls on them. YAML: <c>close</c>.</summary>
    Close,
}
