using EndpointMtls.Telemetry;

namespace EndpointMtls.Channels;

/// <summary>The HTTP handler of one channel. Sends each call through the current generation.</summary>
/// <remarks>
/// The inner handler is a template that never sends requests. Grpc.Net.Client sets its <c>ConnectCallback</c> on the template, for
/// connectivity state and load balancing. Each generation dials through that callback.
/// </remarks>
internal sealed class RealmHandler : DelegatingHandler
{
    private readonly ChannelContext _context;

    public RealmHandler(ChannelContext context, EndpointConnector connector)
    {
        _context = context;
        var template = SocketsHttpHandlerFactory.Create(context.Realm.Definition.Channel.ConnectTimeout);
        if (context.Destination.SocketPath is { } path)
        {
            // Grpc.Net.Client does not support Unix domain sockets, and does not replace an existing callback.
            template.ConnectCallback = (_, cancellationToken) => SocketDialler.OpenUnixAsync(path, cancellationToken);
        }

        InnerHandler = template;
        Generations = new ChannelGenerations(context, connector, template);
    }

    public ChannelGenerations Generations { get; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_context.Destination.UnavailableReason is { } reason)
        {
            throw new HttpRequestException(reason.Message, reason);
        }

        EndpointActivities.Remember(request);
        if (request.RequestUri is ResolvedUri resolved)
        {
            request.RequestUri = resolved.Named;
        }

        if (_context.Destination.AuthorityOf(request.RequestUri!) is { } authority)
        {
            // A proxy in front of the server routes by its name.
            request.Headers.Host = authority;
        }

        while (true)
        {
            // A generation rejects calls only after another one has replaced it.
            if (Generations.For(request.RequestUri!).TrySend(request, cancellationToken) is { } response)
            {
                return response;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        _context.MarkAsDisposed();
        Generations.Dispose();
        base.Dispose(disposing);
    }
}
