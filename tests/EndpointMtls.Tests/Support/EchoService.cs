using EndpointMtls.Tests.Protos;
using Grpc.Core;

namespace EndpointMtls.Tests.Support;

/// <summary>Responds with the text and payload of the request, and the subject of the client certificate.</summary>
internal sealed class EchoService(EchoGate? gate = null) : Echo.EchoBase
{
    public override async Task<EchoReply> Unary(EchoRequest request, ServerCallContext context)
    {
        await (gate?.PassAsync(context.CancellationToken) ?? Task.CompletedTask);
        await Delay(request, context);
        return Reply(request, context, index: 0);
    }

    public override async Task ServerStream(
        EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        for (var index = 0; index < request.Count; index++)
        {
            if (index > 0)
                await Delay(request, context);

            await responseStream.WriteAsync(Reply(request, context, index), context.CancellationToken);
        }
    }

    /// <summary>Responds with the concatenated texts of all requests, and the payload of the last.</summary>
    public override async Task<EchoReply> ClientStream(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var all = new EchoRequest();
        var count = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await Delay(request, context);
            all.Text += request.Text;
            all.Payload = request.Payload;
            count++;
        }

        return Reply(all, context, count);
    }

    public override async Task Duplex(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        var index = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await Delay(request, context);
            await responseStream.WriteAsync(Reply(request, context, index++), context.CancellationToken);
        }
    }

    private static Task Delay(EchoRequest request, ServerCallContext context) =>
        request.DelayMs > 0 ? Task.Delay(request.DelayMs, context.CancellationToken) : Task.CompletedTask;

    private static EchoReply Reply(EchoRequest request, ServerCallContext context, int index) => new()
    {
        Text = request.Text,
        Payload = request.Payload,
        Index = index,
        Peer = context.GetHttpContext().Connection.ClientCertificate?.Subject ?? "",
    };
}
