using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Channels;

/// <summary>Opens the connections of one channel: dials, authenticates by the rules of the realm, and remembers how it went.</summary>
internal sealed class EndpointConnector(ChannelContext context)
{
    // As long as other gRPC implementations give it.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(20);

    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2];

    private readonly DeferringLock _writing = new();
    private volatile ConnectionHistory _history = new(null, null);

    public ConnectionHistory History => _history;

    /// <param name="endPoint">What is being connected.</param>
    /// <param name="dial">Opens a socket to it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the handler talks through, and the connection beneath.</returns>
    public async ValueTask<(Stream Stream, TransportStream Connection)> ConnectAsync(
        DnsEndPoint endPoint,
        Func<CancellationToken, ValueTask<Stream>> dial,
        CancellationToken cancellationToken)
    {
        var dialled = context.Destination.Dial(endPoint);
        var connection = await OpenAsync().ConfigureAwait(false);
        if (context.Realm.IsPlaintext)
        {
            connection.OnFirstRead = firstByte => CheckPlaintext(dialled, firstByte);
            return (connection, connection);
        }

        if (await AuthenticateAsync(connection, dialled, mayBeStale: true, cancellationToken).ConfigureAwait(false) is { } stream)
        {
            return (stream, connection);
        }

        // Closed only when the next one is open, for the reason that RealmHandler gives.
        await using (connection.ConfigureAwait(false))
        {
            connection = await OpenAsync().ConfigureAwait(false);
        }

        return ((await AuthenticateAsync(connection, dialled, mayBeStale: false, cancellationToken).ConfigureAwait(false))!, connection);

        async ValueTask<TransportStream> OpenAsync() => new(await dial(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Why a connection may not go on, or <see langword="null"/>: where removed trust closes, its server must still be trusted.</summary>
    /// <remarks>In the middle of a change of the configuration nobody knows. All connections are judged when it has come into force.</remarks>
    public EndpointConnectionException? ExplainDistrust(TransportStream connection) =>
        context.Realm is { Provider.InUse: { Tls.OnTrustRemoved: TrustRemovedAction.Close } material } realm
        && material.Tls.IsSameAs(realm.Definition.Tls) && connection.Peer is { } peer && !material.Servers.StillAccepts(peer)
            ? Explain().TrustRemoved(peer)
            : null;

    /// <summary>Whether other certificates have come into use since the handshake began.</summary>
    public bool IsOutdated(TransportStream connection) =>
        context.Realm.Provider is { } provider && (provider, provider.InUse.Generation) != (connection.Provider, connection.Generation);

    /// <summary>Why a connection that has been replaced may not go on.</summary>
    public EndpointConnectionException ExplainDrain() => Explain().Drained(context.DrainTimeout);

    /// <summary>Why a channel takes no more calls.</summary>
    public EndpointConnectionException ExplainRemoval(string why) => Explain().RealmRemoved(why);

    /// <summary>Opens a connection to a Unix domain socket.</summary>
    public static ValueTask<Stream> DialUnixAsync(string path, CancellationToken cancellationToken) =>
        DialAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), cancellationToken);

    /// <summary>Opens a connection to a host.</summary>
    public static ValueTask<Stream> DialTcpAsync(DnsEndPoint endPoint, CancellationToken cancellationToken) =>
        DialAsync(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, endPoint, cancellationToken);

    private static async ValueTask<Stream> DialAsync(Socket socket, EndPoint target, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns><see langword="null"/> if it failed with certificates that have been replaced meanwhile, and that may be why.</returns>
    private async ValueTask<Stream?> AuthenticateAsync(TransportStream connection, DialTarget dialled, bool mayBeStale, CancellationToken cancellationToken)
    {
        var (provider, material) = await GetMaterialAsync(connection, cancellationToken).ConfigureAwait(false);
        var now = context.TimeProvider.GetUtcNow();
        var observation = new HandshakeObservation(material.Servers with { ExpectedName = material.Tls.ServerName ?? dialled.Host, DescribesPeer = true });
        var explain = new FailureExplanation(context, dialled, now, observation);
        var stream = new EndpointTlsStream(connection);
        using var timeout = new CancellationTokenSource(HandshakeTimeout, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (provider.UnavailableReason is { } refusal)
            {
                throw explain.OwnCertificateExpired(refusal);
            }

            await stream.AuthenticateAsClientAsync(CreateOptions(dialled.Host, material, observation, now), either.Token).ConfigureAwait(false);
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw explain.NoAlpn();
            }
        }
        catch (Exception exception)
        {
            if (mayBeStale && !cancellationToken.IsCancellationRequested && (provider.InUse.Generation != material.Generation || context.Realm.Provider != provider))
            {
                return null;
            }

            await stream.DisposeAsync().ConfigureAwait(false);

            // The channel was disposed, or nobody wants the connection any more: not the server's doing.
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed(exception as EndpointConnectionException ?? explain.Handshake(exception, connection.FirstByte));
        }

        var server = observation.Verdict!;
        (connection.Peer, connection.Provider, connection.Generation) = (server.Chain, provider, material.Generation);
        var tls = new TlsDescription
        {
            Generation = material.Generation,
            Protocol = stream.SslProtocol,
            CipherSuite = stream.NegotiatedCipherSuite,
            PeerSubject = Snippet.OfPeer(server.Subject),
            PeerNames = server.Names.Displayed,
            PeerNotAfter = server.NotAfter,
            LocalSubject = stream.LocalCertificate?.Subject,
        };
        stream.WatchFirstAnswer(() => Opened(tls), exception => Failed(explain.ClosedAfterHandshake(exception, tls)));
        return stream;
    }

    /// <summary>Gets what the realm of the address uses, by the rules that it has now.</summary>
    private async ValueTask<(RotatingCertificateProvider Provider, TlsMaterial Material)> GetMaterialAsync(TransportStream connection, CancellationToken cancellationToken)
    {
        // While the configuration changes, the address may be on its way to another realm, and must not see what belongs to this one.
        var found = await MatchingMaterial.WaitAsync(
            () => context.Realm, realm => realm, () => context.Closed is not null || cancellationToken.IsCancellationRequested, context.TimeProvider, HandshakeTimeout)
            .ConfigureAwait(false);
        if (found is var (realm, material))
        {
            return (realm.Provider!, material);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw context.Closed ?? Failed(Explain().ConfigurationStuck());
    }

    private static SslClientAuthenticationOptions CreateOptions(string host, TlsMaterial material, HandshakeObservation observation, DateTimeOffset now)
    {
        var options = RotatingCertificateProvider.CreateOptions(host, material, observation.VerifyServer, now);
        options.ApplicationProtocols = Protocols;
        if (options.ClientCertificateContext is null)
        {
            options.LocalCertificateSelectionCallback = observation.SelectNoCertificate;
        }

        return options;
    }

    private FailureExplanation Explain() => Explain(context.Destination.Dial(null));

    private FailureExplanation Explain(DialTarget dialled) => new(context, dialled, context.TimeProvider.GetUtcNow(), observation: null);

    private void CheckPlaintext(DialTarget dialled, int firstByte)
    {
        if (Explain(dialled).Plaintext(firstByte) is { } failure)
        {
            throw Failed(failure);
        }

        Opened(tls: null);
    }

    private void Opened(TlsDescription? tls)
    {
        var connection = new ConnectionDescription { OpenedAt = context.TimeProvider.GetUtcNow(), Tls = tls };
        EndpointConnectionException? before;
        using (_writing.EnterScope())
        {
            before = _history.Failure;
            _history = new ConnectionHistory(connection, null);
        }

        if (before is not null)
        {
            context.Logger.ConnectionRecovered(context.Destination.Name, context.Realm.Name);
        }
    }

    private EndpointConnectionException Failed(EndpointConnectionException failure)
    {
        EndpointConnectionException? before;
        using (_writing.EnterScope())
        {
            before = _history.Failure;
            _history = _history with { Failure = failure };
        }

        // Once for each trouble, not once for each attempt.
        if (before?.Reason != failure.Reason)
        {
            context.Logger.ConnectionFailed(failure.Reason, failure.Message);
        }

        return failure;
    }
}

/// <summary>The connection opened last, and the failure that came after it.</summary>
internal sealed record ConnectionHistory(ConnectionDescription? Connection, EndpointConnectionException? Failure);
