namespace EndpointMtls;

/// <summary>What a server does with an open connection whose client would no longer be accepted.</summary>
public enum ClientConnectionAction
{
    /// <summary>Keeps it open: the client was accepted when it connected. YAML: <c>keep</c>.</summary>
    Keep,

    /// <summary>Closes it, in the way that the option describes. YAML: <c>close</c>.</summary>
    Close,
}
