using Grpc.Core;

namespace EndpointMtls.Benchmarks;

/// <summary>A service with raw bytes as messages, to measure the transport without a serializer.</summary>
internal static class BytesService
{
    /// <summary>The size of each message.</summary>
    public const int MessageSize = 1024;

    /// <summary>The number of messages in a stream.</summary>
    public const int StreamLength = 100;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> Echo = new(MethodType.Unary, "endpoint_mtls.benchmarks.Bytes", "Echo", Bytes, Bytes);
    private static readonly Method<byte[], byte[]> Repeat = new(MethodType.ServerStreaming, "endpoint_mtls.benchmarks.Bytes", "Repeat", Bytes, Bytes);
    private static readonly byte[] Message = new byte[MessageSize];

    /// <summary>Echoes a request once, or many times as a stream.</summary>
    public static ServerServiceDefinition Definition { get; } = ServerServiceDefinition.CreateBuilder()
        .AddMethod(Echo, (request, _) => Task.FromResult(request))
        .AddMethod(Repeat, RepeatAsync)
        .Build();

    public static async Task<int> CallAsync(ChannelBase channel)
    {
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(Echo, null, new CallOptions(), Message);
        return (await call.ResponseAsync).Length;
    }

    public static async Task<int> StreamAsync(ChannelBase channel)
    {
        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(Repeat, null, new CallOptions(), Message);
        var count = 0;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
            count++;

        return count == StreamLength ? count : throw new InvalidOperationException($"Received {count} messages, not {StreamLength}.");
    }

    private static async Task RepeatAsync(byte[] request, IServerStreamWriter<byte[]> responses, ServerCallContext context)
    {
        for (var index = 0; index < StreamLength; index++)
            await responses.WriteAsync(request);
    }
}
