using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Opens the connections of one channel: dials, does the TLS handshake by the realm's rules, and records the result.</summary>
internal sealed class EndpointConnector(ChannelContext context)
{
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan HangingTime = TimeSpan.FromSeconds(3);

    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2];

    // Whether the server of the last handshake requested a client certificate.
    private volatile bool _requestsCertificate;

    public ConnectionReport Report { get; } = new(context);

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
        var limit = context.Realm.Definition.Channel.ConnectTimeout;
        using var timeout = new CancellationTokenSource(limit, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var connection = await OpenAsync().ConfigureAwait(false);
        if (context.Realm.IsPlaintext)
        {
            return (new PlaintextStream(connection, CreatePlaintextOpening(connection, target)), connection);
        }

        if (await AuthenticateAsync(connection, target, true, either.Token, cancellationToken).ConfigureAwait(false) is { } stream)
        {
            return (stream, connection);
        }

        // Close it after the next one is open: see RealmHandler.StopReplacedBy.
        await using (connection.ConfigureAwait(false))
        {
            connection = await OpenAsync().ConfigureAwait(false);
        }

        return ((await AuthenticateAsync(connection, target, false, either.Token, cancellationToken).ConfigureAwait(false))!, connection);

        async ValueTask<TransportStream> OpenAsync()
        {
            try
            {
                var stream = DeadPeerDetection.Enable(await dial(either.Token).ConfigureAwait(false));
                return new TransportStream(stream, context.TimeProvider) { EndPoint = endPoint };
            }
            catch (Exception exception) when (
                !cancellationToken.IsCancellationRequested
                && ConnectionFailureClassifier.Dial(OrTimeout(exception), context) is { } failure)
            {
                throw Report.RecordFailure(Report.Create(failure, target, context.TimeProvider.GetUtcNow(), exception));
            }
        }

        static Exception OrTimeout(Exception exception) => exception is OperationCanceledException ? new TimeoutException() : exception;
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
            Report.Create(verdict.Reason.Value, verdict.Explanation),
        _ => Report.Create(ConnectionFailureReason.TrustRemoved, ConnectionFailureText.TrustRemoved(peer, verifier.Trusted)),
    };

    /// <summary>Whether the certificates have changed since the handshake began.</summary>
    public bool IsOutdated(TransportStream connection) =>
        context.Realm.Provider is { } provider && (provider, provider.InUse.Generation) != (connection.Provider, connection.Generation);

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

    /// <param name="connection">The transport.</param>
    /// <param name="target">The target of the connection.</param>
    /// <param name="mayRetry">Whether the handshake may be repeated.</param>
    /// <param name="either">Cancelled after the connect timeout, or by the caller.</param>
    /// <param name="cancellationToken">Cancelled by the caller.</param>
    /// <returns><see langword="null"/> if the handshake failed, the certificates have changed meanwhile, and it may be retried.</returns>
    private async ValueTask<Stream?> AuthenticateAsync(
        TransportStream connection, DialTarget target, bool mayRetry, CancellationToken either, CancellationToken cancellationToken)
    {
        var (provider, material) = await GetMaterialAsync(connection, cancellationToken).ConfigureAwait(false);
        var startedAt = context.TimeProvider.GetUtcNow();
        var verifier = material.VerifierOf(target.Host) with { DescribesPeer = true };
        var observation = new HandshakeObservation(verifier, context.TimeProvider);
        var stream = new EndpointTlsStream(connection);
        try
        {
            if (provider.UnavailableReason is { } reason)
            {
                throw Create(new(ConnectionFailureReason.ClientCertificateExpired, reason));
            }

            var options = CreateOptions(target.Host, material, observation);
            await stream.AuthenticateAsClientAsync(options, either).ConfigureAwait(false);
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
            if (!IsHanging(startedAt))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            throw Report.RecordUnlessClosed(exception as EndpointConnectionException ?? Create(
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
        _requestsCertificate = presented is not null || observation.IsCertificateMissing;
        stream.Opening = CreateOpening(
            connection,
            target,
            data => ConnectionFailureClassifier.FirstData(data.Span),
            tls,
            exception => ConnectionFailureClassifier.Opening(exception, observation, presented, startedAt));
        return stream;

        EndpointConnectionException Create(ConnectionFailure failure, Exception? inner = null) =>
            Report.Create(failure, target, startedAt, inner);
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
            ReloadTimeout).ConfigureAwait(false);
        if (match is var (realm, material))
        {
            return (realm.Provider!, material);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw context.Closed ?? Report.RecordFailure(Report.Create(ConnectionFailureReason.Unknown, ConnectionFailureText.ReloadTimeout));
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

    private ConnectionOpening CreatePlaintextOpening(TransportStream connection, DialTarget target) => CreateOpening(
        connection,
        target,
        data => ConnectionFailureClassifier.FirstPlaintextData(data.Span),
        tls: null,
        ConnectionFailureClassifier.PlaintextOpening);

    private ConnectionOpening CreateOpening(
        TransportStream connection,
        DialTarget target,
        Func<ReadOnlyMemory<byte>, ConnectionFailure?> classifyData,
        TlsDescription? tls,
        Func<Exception?, ConnectionFailure> classifyEnd)
    {
        var startedAt = context.TimeProvider.GetUtcNow();
        return new ConnectionOpening(
            connection,
            context.Realm.Definition.Channel.ConnectTimeout,
            context.TimeProvider,
            onData: data =>
            {
                if (classifyData(data) is { } failure)
                {
                    return Report.RecordFailure(Create(failure));
                }

                Report.RecordSuccess(tls);
                return null;
            },
            onFailed: exception => exception is OperationCanceledException && !IsHanging(startedAt)
                ? exception
                : Report.RecordUnlessClosed(Create(classifyEnd(exception), exception)));

        EndpointConnectionException Create(ConnectionFailure failure, Exception? inner = null) =>
            Report.Create(failure, target, context.TimeProvider.GetUtcNow(), inner);
    }

    // SocketsHttpHandler cancels an attempt five seconds after the last call that waited for it has ended.
    private bool IsHanging(DateTimeOffset since) =>
        !context.IsDisposed && context.TimeProvider.GetUtcNow() - since >= HangingTime;

    /// <summary>Finds the reason for the response of a server that reports a problem of the client certificate as an HTTP error.</summary>
    /// <returns><see langword="null"/> for all other responses, and for those of gRPC.</returns>
    public EndpointConnectionException? FindRejection(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.BadRequest && _requestsCertificate && !context.Realm.IsPlaintext
            && response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) != true
            ? Report.RecordFailure(Report.Create(ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.BadRequest))
            : null;
}
