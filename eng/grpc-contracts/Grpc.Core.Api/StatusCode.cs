namespace Grpc.Core;

/// <summary>The outcome of a call; the numbers are those of the gRPC protocol.</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>The error has no code of its own.</summary>
    Unknown = 2,

    /// <summary>An argument is wrong whatever state the server is in.</summary>
    InvalidArgument = 3,

    /// <summary>The call did not end before its deadline.</summary>
    DeadlineExceeded = 4,

    /// <summary>What the caller asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What the caller wanted to create exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known but may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,

    /// <summary>A quota or some other resource is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The server is not in the state the call needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The call lost against a concurrent one.</summary>
    Aborted = 10,

    /// <summary>The call went past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The server does not have this method.</summary>
    Unimplemented = 12,

    /// <summary>Something inside the server or the protocol broke.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached at the moment.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt beyond repair.</summary>
    DataLoss = 15,
}
