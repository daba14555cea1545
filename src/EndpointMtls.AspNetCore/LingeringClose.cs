using System.Buffers;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EndpointMtls.AspNetCore;

/// <summary>Waits for the client to close a connection after Kestrel has sent its last response or GOAWAY.</summary>
/// <remarks>
/// A request may be in flight. If the server closed the socket first, the system would respond with a TCP reset. The reset discards
/// data that the client has not read yet, such as the GOAWAY by which it knows that a retry is safe. On HTTP/2, even an immediate
/// orderly close is too early: .NET's client fails a call that it has just assigned to the connection.
/// </remarks>
internal static class LingeringClose
{
    /// <summary>How long to wait for the client.</summary>
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(5);

    public static async Task WaitAsync(ConnectionContext connection, TimeProvider timeProvider)
    {
        if (connection.Features.Get<ISslStreamFeature>()?.SslStream is not { } stream)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(WaitTimeout, timeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                // Without a response that has 'Connection: close', this is the only signal to the client.
                await stream.ShutdownAsync().WaitAsync(end.Token).ConfigureAwait(false);
            }

            while (await stream.ReadAsync(buffer, end.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception)
        {
            // The client has reset the connection, or the timeout has passed.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
