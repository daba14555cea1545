using System.Net;
using System.Net.Http.Headers;

namespace EndpointMtls.Channels;

/// <summary>The request by which a handover learns whether a server accepts new certificates: a health check of gRPC.</summary>
/// <remarks>
/// In TLS 1.3 a server rejects a client certificate after the handshake of the client, and some answer with an HTTP error. So only a
/// response shows that the certificate is accepted. Servers without the health service respond with Unimplemented.
/// </remarks>
internal static class HandoverProbe
{
    private const string Path = "/grpc.health.v1.Health/Check";

    private static readonly HttpRequestOptionsKey<bool> Key = new("EndpointMtls.Probe");

    /// <summary>Whether a request is a probe.</summary>
    public static bool IsProbe(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var isProbe) && isProbe;

    /// <summary>Sends a request through the next generation.</summary>
    /// <returns>Why calls must not move; <see langword="null"/> if they may.</returns>
    public static async Task<Exception?> SendAsync(HandoverStep step, HandlerGeneration next, CancellationToken cancellationToken)
    {
        try
        {
            var (status, isGrpc) = await SendAsync(step.Origin, next, cancellationToken).ConfigureAwait(false);

            // A proxy that routes by path may have no route for health checks. The same response on the old connection shows that.
            return isGrpc || await SendAsync(step.Origin, step.Generation, cancellationToken).ConfigureAwait(false) == (status, false)
                ? null
                : new HttpRequestException($"the server responded with the HTTP status {(int)status}", null, status);
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static async Task<(HttpStatusCode Status, bool IsGrpc)> SendAsync(
        ConnectionOrigin origin, HandlerGeneration generation, CancellationToken cancellationToken)
    {
        using var request = origin.CreateRequest(HttpMethod.Post, Path);
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Options.Set(Key, true);

        // One message: not compressed, and empty.
        request.Content = new ByteArrayContent(new byte[5]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await generation.ProbeAsync(request, cancellationToken).ConfigureAwait(false);
        return (response.StatusCode, response.IsGrpc);
    }
}
