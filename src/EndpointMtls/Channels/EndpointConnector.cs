using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Opens the connections of one channel: dials, does the TLS handshake by the realm's rules, and records the result.</summary>
internal sealed class EndpointConnector(ChannelContext context)
{
    // The default of other gRPC implementations.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(20);

    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2];

    private readonly DeferringLock _recording = new();
    private volatile ConnectionHistory _history = new(null, null);

    public ConnectionHistory History => _history;

    /// <param name="endPoint">The end point to connect to.</param>
    /// <param name="dial">Opens a socket to the end point.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The stream for the handler, and the transport below it.</returns>
    public async ValueTask<(Stream Stream, TransportStream Connection)> ConnectAsync(
        DnsEndPoint endPoint,
        Func<CancellationToken, ValueTask<Stream>> dial,
        CancellationToken cancellationToken)
    {
        var target = context.Destination.GetDialTarget(endPoint);
        var connection = await OpenAsync().ConfigureAwait(false);
        if (context.Realm.IsPlaintext)
        {
            connection.IsPlaintext = true;
            connection.OnFirstRead = firstByte => CheckPlaintext(target, firstByte);
            return (connection, connection);
        }

        if (await AuthenticateAsync(connection, target, mayRetry: true, cancellationToken).ConfigureAwait(false) is { } stream)
        {
            return (stream, connection);
        }

        // Close it after the next one is open: see RealmHandler.StopReplacedBy.
        await using (connection.ConfigureAwait(false))
        {
            connection = await OpenAsync().ConfigureAwait(false);
        }

        return ((await AuthenticateAsync(connection, target, mayRetry: false, cancellationToken).ConfigureAwait(false))!, connection);

        async ValueTask<TransportStream> OpenAsync()
        {
            var stream = DeadPeerDetection.Enable(await dial(cancellationToken).ConfigureAwait(false));
            return new TransportStream(stream, context.TimeProvider) { EndPoint = endPoint };
        }
    }

    /// <summary>Verifies the server of a connection again, if the realm closes connections when trust is removed.</summary>
    /// <remarks>During a configuration change it accepts every connection. All connections are verified again after the change.</remarks>
    /// <returns>Why the connection must be aborted; <see langword="null"/> if it may continue.</returns>
    public EndpointConnectionException? GetDistrustReason(TransportStream connection) =>
        context.Realm is { Provider.InUse: { Tls.OnTrustRemoved: TrustRemovedAction.Close } material } realm
        && material.Tls.IsSameAs(realm.Definition.Tls) && connection.Peer is { } peer
            ? CreateDistrust(peer, material.Servers)
            : null;

    private EndpointConnectionException? CreateDistrust(PeerChain peer, PeerVerifier verifier) => verifier.VerifyAgain(peer) switch
    {
        { IsAccepted: true } => null,
        { Reason: ConnectionFailureReason.Revoked or ConnectionFailureReason.RevocationUnknown } verdict =>
            CreateException(verdict.Reason.Value, verdict.Explanation),
        _ => CreateException(ConnectionFailureReason.TrustRemoved, ConnectionFailureText.TrustRemoved(peer, verifier.Trusted)),
    };

    /// <summary>Whether the certificates have changed since the handshake began.</summary>
    public bool IsOutdated(TransportStream connection) =>
        context.Realm.Provider is { } provider && (provider, provider.InUse.Generation) != (connection.Provider, connection.Generation);

    /// <summary>Creates the exception of calls that are still running when the drain timeout has passed.</summary>
    public EndpointConnectionException CreateDrained() =>
        CreateException(ConnectionFailureReason.Drained, ConnectionFailureText.Drained(context.DrainTimeout));

    /// <summary>Creates the exception of calls on a closed channel.</summary>
    /// <param name="text">The reason and the fix, without a full stop at the end.</param>
    public EndpointConnectionException CreateRealmRemoved(string text) => CreateException(ConnectionFailureReason.RealmRemoved, text);

    /// <summary>Records that a connection is silent, and logs it when its calls or new calls no longer wait for it.</summary>
    /// <param name="text">The reason and the fix, without a full stop at the end.</param>
    /// <param name="leave">Aborts the connection, or lets new calls use another one.</param>
    public void OnStalled(string text, Action<EndpointConnectionException> leave)
    {
        var stall = CreateException(ConnectionFailureReason.Stalled, text);
        using (_recording.EnterScope())
        {
            _history = _history with { Failure = stall };
        }

        leave(stall);
        context.Meter.Stalled(context.Realm.Name);
        context.Logger.ConnectionStalled(stall.Message);
    }

    /// <summary>Opens a Unix domain socket.</summary>
    public static ValueTask<Stream> DialUnixAsync(string path, CancellationToken cancellationToken) =>
        DialAsync(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            new UnixDomainSocketEndPoint(path),
            cancellationToken);

    /// <summary>Opens a TCP socket.</summary>
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

    /// <returns><see langword="null"/> if the handshake failed, the certificates have changed meanwhile, and it may be retried.</returns>
    private async ValueTask<Stream?> AuthenticateAsync(
        TransportStream connection, DialTarget target, bool mayRetry, CancellationToken cancellationToken)
    {
        var (provider, material) = await GetMaterialAsync(connection, cancellationToken).ConfigureAwait(false);
        var startedAt = context.TimeProvider.GetUtcNow();
        var verifier = material.VerifierOf(target.Host) with { DescribesPeer = true };
        var observation = new HandshakeObservation(verifier, context.TimeProvider);
        var stream = new EndpointTlsStream(connection);
        using var timeout = new CancellationTokenSource(HandshakeTimeout, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (provider.UnavailableReason is { } reason)
            {
                throw Create(new(ConnectionFailureReason.ClientCertificateExpired, reason));
            }

            var options = CreateOptions(target.Host, material, observation);
            await stream.AuthenticateAsClientAsync(options, either.Token).ConfigureAwait(false);
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw Create(ConnectionFailureClassifier.NoAlpn);
            }
        }
        catch (Exception exception)
        {
            var hasChanged = provider.InUse.Generation != material.Generation || context.Realm.Provider != provider;
            if (mayRetry && hasChanged && !cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            await stream.DisposeAsync().ConfigureAwait(false);

            // If the caller cancelled the attempt, the server did not fail.
            cancellationToken.ThrowIfCancellationRequested();
            throw RecordFailure(exception as EndpointConnectionException ?? Create(
                ConnectionFailureClassifier.Handshake(exception, connection.FirstByte, observation, material.Identity, startedAt),
                exception));
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
        var presented = tls.LocalSubject is null ? null : material.Identity;
        stream.DetectRejection(
            onAccepted: () => RecordSuccess(tls),
            onRejected: exception => RecordFailure(
                Create(ConnectionFailureClassifier.CloseAfterHandshake(observation, presented, startedAt), exception)));
        return stream;

        EndpointConnectionException Create(ConnectionFailure failure, Exception? inner = null) =>
            CreateException(failure, target, startedAt, inner);
    }

    /// <summary>Gets the provider of the realm, and its certificates under the current rules.</summary>
    private async ValueTask<(RotatingCertificateProvider Provider, TlsMaterial Material)> GetMaterialAsync(
        TransportStream connection, CancellationToken cancellationToken)
    {
        // During a configuration change the address may move to another realm. Its server must not see the certificate of this one.
        var match = await MatchingMaterial.WaitAsync(
            () => context.Realm,
            realm => realm,
            () => context.Closed is not null || cancellationToken.IsCancellationRequested,
            context.TimeProvider,
            HandshakeTimeout).ConfigureAwait(false);
        if (match is var (realm, material))
        {
            return (realm.Provider!, material);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw context.Closed ?? RecordFailure(CreateException(ConnectionFailureReason.Unknown, ConnectionFailureText.ReloadTimeout));
    }

    private static SslClientAuthenticationOptions CreateOptions(
        string host, TlsMaterial material, HandshakeObservation observation)
    {
        var options = RotatingCertificateProvider.CreateOptions(host, material, observation.VerifyServer);
        options.ApplicationProtocols = Protocols;
        if (options.ClientCertificateContext is null)
        {
            options.LocalCertificateSelectionCallback = observation.SelectNoCertificate;
        }

        return options;
    }

    private void CheckPlaintext(DialTarget target, int firstByte)
    {
        if (ConnectionFailureClassifier.Plaintext(firstByte) is { } failure)
        {
            throw RecordFailure(CreateException(failure, target, context.TimeProvider.GetUtcNow()));
        }

        RecordSuccess(tls: null);
    }

    private EndpointConnectionException CreateException(ConnectionFailureReason reason, string text) =>
        CreateException(new(reason, text), context.Destination.GetDialTarget(null), context.TimeProvider.GetUtcNow());

    private EndpointConnectionException CreateException(
        ConnectionFailure failure, DialTarget target, DateTimeOffset at, Exception? inner = null) => new(
            failure.Reason,
            context.Realm.Name,
            context.Destination.Name,
            at,
            $"Endpoint {target.DisplayName} of realm '{context.Realm.Name}': {failure.Text}.",
            inner);

    private void RecordSuccess(TlsDescription? tls)
    {
        var connection = new ConnectionDescription { OpenedAt = context.TimeProvider.GetUtcNow(), Tls = tls };
        EndpointConnectionException? before;
        using (_recording.EnterScope())
        {
            before = _history.Failure;
            _history = new ConnectionHistory(connection, null);
        }

        if (before is not null)
        {
            context.Logger.ConnectionRecovered(context.Destination.Name, context.Realm.Name);
        }
    }

    private EndpointConnectionException RecordFailure(EndpointConnectionException failure)
    {
        EndpointConnectionException? before;
        using (_recording.EnterScope())
        {
            before = _history.Failure;
            _history = _history with { Failure = failure };
        }

        // Repeated attempts that fail for the same reason are logged once.
        if (before?.Reason != failure.Reason)
        {
            context.Logger.ConnectionFailed(failure.Reason, failure.Message);
        }

        return failure;
    }
}

/// <summary>The last open connection, and the failure after it.</summary>
internal sealed record ConnectionHistory(ConnectionDescription? Connection, EndpointConnectionException? Failure);
