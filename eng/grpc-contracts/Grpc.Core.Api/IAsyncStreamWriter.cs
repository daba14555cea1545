namespace Grpc.Core;

/// <summary>Messages to write one after the other.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Writes a message; the previous write must have ended.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes a message unless cancelled; the previous write must have ended.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("This stream cannot cancel a single write.")
            : WriteAsync(message);

    /// <summary>How the following messages are written.</summary>
    WriteOptions? WriteOptions { get; set; }
}
