namespace Grpc.Core;

/// <summary>Messages to read one after the other.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message read last.</summary>
    T Current { get; }

    /// <summary>Reads the next message; false at the end.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
