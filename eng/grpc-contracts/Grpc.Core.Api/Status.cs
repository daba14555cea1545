namespace Grpc.Core;

/// <summary>How a call ended: its code, a text for people, and locally the exception behind it.</summary>
public struct Status
{
    /// <summary>Success without a detail.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>Cancellation without a detail.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>Creates a status as it travels between client and server.</summary>
    public Status(StatusCode statusCode, string detail) : this(statusCode, detail, null)
    {
    }

    /// <summary>Creates a status with the local exception that explains it.</summary>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>The code of the outcome.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>The explanation that came with the code.</summary>
    public string Detail { get; }

    /// <summary>The local exception behind the status; it never travels.</summary>
    public Exception? DebugException { get; }

    /// <summary>Shows the code, the detail, and the exception if there is one.</summary>
    public override string ToString()
    {
        var exception = DebugException is { } e ? $", DebugException=\"{e.GetType()}: {e.Message}\"" : "";
        return $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\"{exception})";
    }
}
