namespace EndpointMtls.Channels;

/// <summary>The state of a generation. It never goes back to an earlier state.</summary>
internal enum GenerationState
{
    /// <summary>It accepts calls.</summary>
    Current,

    /// <summary>A successor has taken its place and has not connected yet. It accepts only calls that had read it before.</summary>
    Replaced,

    /// <summary>It rejects calls. Calls without a response continue.</summary>
    Draining,

    /// <summary>Every call has its response, and the handler is disposed. Streams continue.</summary>
    Closing,

    /// <summary>Its last connection has closed.</summary>
    Closed,
}
