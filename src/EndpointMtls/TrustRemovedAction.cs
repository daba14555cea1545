namespace EndpointMtls;

/// <summary>What happens to open connections whose server is no longer trusted.</summary>
public enum TrustRemovedAction
{
    /// <summary>The connections drain, as in any rotation: running calls may finish. YAML: <c>drain</c>.</summary>
    Drain,

    /// <summary>The connections are aborted immediately, and their calls fail. YAML: <c>close</c>.</summary>
    Close,
}
