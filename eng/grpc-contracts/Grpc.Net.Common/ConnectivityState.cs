namespace Grpc.Core;

/// <summary>What the connection of a channel is doing.</summary>
public enum ConnectivityState
{
    /// <summary>Nothing, until a call needs it.</summary>
    Idle,

    /// <summary>Being established.</summary>
    Connecting,

    /// <summary>Ready for calls.</summary>
    Ready,

    /// <summary>Failed for now; it will be tried again.</summary>
    TransientFailure,

    /// <summary>Closed for good.</summary>
    Shutdown,
}
