using System.Buffers;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EndpointMtls.AspNetCore;

/// <summary>Leaves it to the client to close a connection on which Kestrel has said goodbye.</summary>
/// <remarks>
/// A request may be on its way meanwhile. If nobody took it in, the system would answer with a reset, which takes away what
/// the client has not read yet: that its request was not served, and may be made again. On HTTP/2 even an orderly end that
/// follows at once is too soon: .NET's client fails a call that it has just given to the connection.
/// </remarks>
internal static class LingeringClose
{
    /// <summary>How long the client may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task WaitAsync(ConnectionContext connection, TimeProvider timeProvider)
    {
        if (connection.Features.Get<ISslStreamFeature>()?.SslStream is not { } stream)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Patience, timeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.ConnectionClosed);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                // The only way to say it where no response says 'Connection: close'.
                await stream.ShutdownAsync().WaitAsync(end.Token).ConfigureAwait(false);
            }

            while (await stream.ReadAsync(buffer, end.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception)
        {
            // The client has gone in another way, or takes too long.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
