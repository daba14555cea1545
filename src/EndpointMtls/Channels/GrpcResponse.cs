namespace EndpointMtls.Channels;

/// <summary>Extension members of HTTP responses.</summary>
internal static class GrpcResponse
{
    extension(HttpResponseMessage response)
    {
        /// <summary>Whether the response is one of gRPC, and not of a proxy or an HTTP server.</summary>
        public bool IsGrpc =>
            response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
    }
}
