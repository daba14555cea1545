namespace EndpointMtls.Channels;

/// <summary>Sits beneath one channel for its whole life and sends each call through the current generation.</summary>
/// <remarks>
/// The inner handler is a template that never sends. Grpc.Net.Client finds it, installs its <c>ConnectCallback</c> on
/// it, and so keeps connectivity state; each generation dials through that callback.
/// </remarks>
internal sealed class RealmHandler : DelegatingHandler
{
    // For the socket alone on the template. A generation waits longer than dialling and handshake together may take, for
    // their own ends say what happened.
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(60);

    private readonly EndpointConnector _connector;
    private readonly SocketsHttpHandler _template;
    private readonly Lock _renewal = new();
    private readonly List<HandlerGeneration> _superseded = [];
    private HandlerGeneration? _current;
    private bool _disposed;

    public RealmHandler(EndpointConnector connector)
    {
        _connector = connector;
        InnerHandler = _template = CreateSocketsHandler(DialTimeout);
    }

    /// <summary>Sends new calls through a fresh generation; those that are running finish on the old one.</summary>
    public void Renew()
    {
        lock (_renewal)
        {
            if (!_disposed && Interlocked.Exchange(ref _current, CreateGeneration()) is { } old)
            {
                _superseded.Add(old);
            }
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        while (true)
        {
            // A generation refuses only when it has been retired since it was read; then there is a newer one.
            if ((Volatile.Read(ref _current) ?? CreateFirst()).TrySend(request, cancellationToken) is { } response)
            {
                return response;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_renewal)
        {
            _disposed = true;
            _superseded.ForEach(generation => generation.Dispose());
            _current?.Dispose();
        }

        base.Dispose(disposing);
    }

    private HandlerGeneration CreateFirst()
    {
        lock (_renewal)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _current ??= CreateGeneration();
        }
    }

    private HandlerGeneration CreateGeneration()
    {
        // Read now, not in the constructor: the channel installs its callback after it was given this handler.
        var dial = _template.ConnectCallback;
        var handler = CreateSocketsHandler(ConnectTimeout);
        var generation = new HandlerGeneration(handler, _connector);
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var stream = await _connector.ConnectAsync(dial, context, cancellationToken).ConfigureAwait(false);
            RetireBefore(generation);
            return stream;
        };
        return generation;
    }

    /// <summary>Lets the generations go that this one has replaced.</summary>
    /// <remarks>
    /// Only now that it is connected: were the last connection of the channel to close before, Grpc.Net.Client would
    /// take the endpoint for idle while we dial, and can then be left ready without an address, where calls wait for ever.
    /// </remarks>
    private void RetireBefore(HandlerGeneration generation)
    {
        lock (_renewal)
        {
            if (generation == _current)
            {
                _superseded.ForEach(old => old.Retire());
                _superseded.Clear();
            }
        }
    }

    private static SocketsHttpHandler CreateSocketsHandler(TimeSpan connectTimeout) => new()
    {
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = connectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,

        // A proxy would dial in our place and end the TLS session that the realm vouches for.
        UseProxy = false,
    };
}
