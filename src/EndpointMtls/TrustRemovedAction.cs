namespace EndpointMtls;

/// <summary>What happens to open connections whose peer is no longer trusted.</summary>
public enum TrustRemovedAction
{
    /// <summary>
    /// Connections to servers drain, as in any rotation: running calls may finish. Connections of clients stay open. YAML: <c>drain</c>.
    /// </summary>
    Drain,

    /// <summary>The connections are aborted immediately, and their calls fail. YAML: <c>close</c>.</summary>
    Close,
}
