using System.Net;
using System.Net.Security;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Channels;

/// <summary>Opens one connection: dials, does the TLS handshake by the realm's rules, and records the result.</summary>
internal sealed class ConnectionAttempt : IDisposable
{
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan HangingTime = TimeSpan.FromSeconds(3);

    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2];

    private readonly ChannelContext _context;
    private readonly ConnectionReport _report;
    private readonly DialTarget _target;
    private readonly Func<CancellationToken, ValueTask<Stream>> _dial;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _cancelled;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _cancelledOrTimeout;

    /// <param name="context">The state of the channel.</param>
    /// <param name="report">Records the result.</param>
    /// <param name="endPoint">The end point to connect to.</param>
    /// <param name="dial">Opens a socket to the end point.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public ConnectionAttempt(
        ChannelContext context,
        ConnectionReport report,
        DnsEndPoint endPoint,
        Func<CancellationToken, ValueTask<Stream>> dial,
        CancellationToken cancellationToken)
    {
        (_context, _report, _dial, _cancelled) = (context, report, dial, cancellationToken);
        _target = context.Destination.GetDialTarget(endPoint);
        _limit = context.Realm.Definition.Channel.ConnectTimeout;
        _timeout = new CancellationTokenSource(_limit, context.TimeProvider);
        _cancelledOrTimeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timeout.Token);
    }

    public required MaterialSelector Select { get; init; }

    /// <summary>Whether no call needs the connection. A failure is then not recorded.</summary>
    public bool IsProbe { get; init; }

    /// <returns>The stream for the handler, and the transport below it.</returns>
    public async ValueTask<(Stream Stream, TransportStream Connection)> RunAsync()
    {
        var connection = await OpenAsync().ConfigureAwait(false);
        if (_context.Realm.IsPlaintext)
        {
            var opening = CreateOpening(
                connection,
                data => ConnectionFailureClassifier.FirstPlaintextData(data.Span),
                tls: null,
                ConnectionFailureClassifier.PlaintextOpening,
                _ => { });
            return (new PlaintextStream(connection, opening), connection);
        }

        if (await AuthenticateAsync(connection, mayRetry: true).ConfigureAwait(false) is { } stream)
        {
            return (stream, connection);
        }

        // Close it after the next one is open: see ChannelGenerations.OnOpened.
        await using (connection.ConfigureAwait(false))
        {
            connection = await OpenAsync().ConfigureAwait(false);
        }

        return ((await AuthenticateAsync(connection, mayRetry: false).ConfigureAwait(false))!, connection);
    }

    public void Dispose()
    {
        _cancelledOrTimeout.Dispose();
        _timeout.Dispose();
    }

    private async ValueTask<TransportStream> OpenAsync()
    {
        using var activity = EndpointActivities.StartStep("dial");
        try
        {
            var stream = DeadPeerDetection.Enable(await _dial(_cancelledOrTimeout.Token).ConfigureAwait(false));
            return new TransportStream(stream, _context.TimeProvider);
        }
        catch (Exception exception) when (
            !_cancelled.IsCancellationRequested
            && ConnectionFailureClassifier.Dial(OrTimeout(exception), _context) is { } failure)
        {
            activity.Fail(exception);
            throw Record(Create(failure, exception));
        }

        static Exception OrTimeout(Exception exception) => exception is OperationCanceledException ? new TimeoutException() : exception;
    }

    /// <param name="connection">The transport.</param>
    /// <param name="mayRetry">Whether the handshake may be repeated.</param>
    /// <returns><see langword="null"/> if the handshake failed, the certificates have changed meanwhile, and it may be retried.</returns>
    private async ValueTask<Stream?> AuthenticateAsync(TransportStream connection, bool mayRetry)
    {
        var (provider, inUse) = await GetMaterialAsync(connection).ConfigureAwait(false);
        using var activity = EndpointActivities.StartStep("tls");
        var started = _context.TimeProvider.GetTimestamp();
        var startedAt = _context.TimeProvider.GetUtcNow();
        var material = Select(provider, inUse, startedAt);
        var verifier = material.VerifierOf(_target.Host) with { DescribesPeer = true };
        var observation = new HandshakeObservation(verifier, _context.TimeProvider);
        var stream = new EndpointTlsStream(connection);
        try
        {
            if (provider.UnavailableReason is { } reason)
            {
                throw Create(new(ConnectionFailureReason.ClientCertificateExpired, reason));
            }

            var options = CreateOptions(material, observation);
            await stream.AuthenticateAsClientAsync(options, _cancelledOrTimeout.Token).ConfigureAwait(false);
            if (stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                throw Create(ConnectionFailureClassifier.NoAlpn);
            }
        }
        catch (Exception exception)
        {
            var hasChanged = provider.InUse.Generation != inUse.Generation || _context.Realm.Provider != provider;
            if (mayRetry && hasChanged && !_cancelled.IsCancellationRequested)
            {
                return null;
            }

            await stream.DisposeAsync().ConfigureAwait(false);

            // If the caller cancelled the attempt, the server did not fail.
            if (!IsHanging(startedAt))
            {
                _cancelled.ThrowIfCancellationRequested();
            }

            var cause = exception as EndpointConnectionException ?? Create(
                ConnectionFailureClassifier.Handshake(exception, connection.FirstByte, observation, material.Identity, startedAt),
                exception);
            activity.Fail(cause);
            Measure(started, cause.Reason);
            throw Record(cause);
        }

        var server = observation.Verdict!;
        (connection.Peer, connection.Provider, connection.Material) = (server.Chain, provider, material);
        var tls = new TlsDescription
        {
            Generation = material.Generation,
            Protocol = stream.SslProtocol,
            CipherSuite = stream.NegotiatedCipherSuite,
            PeerSubject = Snippet.OfPeer(server.Subject),
            PeerNames = server.Names.Displayed,
            PeerNotBefore = server.NotBefore,
            PeerNotAfter = server.NotAfter,
            PeerChainNotAfter = server.ChainNotAfter,
            LocalSubject = stream.LocalCertificate?.Subject,
        };
        var presented = tls.LocalSubject is null ? null : material.Identity;
        _report.RequestsCertificate = presented is not null || observation.IsCertificateMissing;
        stream.Opening = CreateOpening(
            connection,
            data => ConnectionFailureClassifier.FirstData(data.Span),
            tls,
            exception => ConnectionFailureClassifier.Opening(exception, observation, presented, startedAt),
            reason => Measure(started, reason));
        return stream;
    }

    /// <summary>Gets the provider of the realm, and its certificates under the current rules.</summary>
    private async ValueTask<(RotatingCertificateProvider Provider, TlsMaterial Material)> GetMaterialAsync(TransportStream connection)
    {
        // During a configuration change the address may move to another realm. Its server must not see the certificate of this one.
        var match = await MatchingMaterial.WaitAsync(
            () => _context.Realm,
            realm => realm,
            () => _context.Closed is not null || _cancelled.IsCancellationRequested,
            _context.TimeProvider,
            ReloadTimeout).ConfigureAwait(false);
        if (match is var (realm, material))
        {
            return (realm.Provider!, material);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        _cancelled.ThrowIfCancellationRequested();
        throw _context.Closed ?? Record(_report.Create(ConnectionFailureReason.Unknown, ConnectionFailureText.ReloadTimeout));
    }

    private SslClientAuthenticationOptions CreateOptions(TlsMaterial material, HandshakeObservation observation)
    {
        var options = RotatingCertificateProvider.CreateOptions(_target.Host, material, observation.VerifyServer);
        options.ApplicationProtocols = Protocols;
        if (options.ClientCertificateContext is null)
        {
            options.LocalCertificateSelectionCallback = observation.SelectNoCertificate;
        }

        return options;
    }

    private ConnectionOpening CreateOpening(
        TransportStream connection,
        Func<ReadOnlyMemory<byte>, ConnectionFailure?> classifyData,
        TlsDescription? tls,
        Func<Exception?, ConnectionFailure> classifyEnd,
        Action<ConnectionFailureReason?> measure)
    {
        var startedAt = _context.TimeProvider.GetUtcNow();
        return new ConnectionOpening(
            connection,
            _limit,
            _context.TimeProvider,
            onData: data =>
            {
                var failure = classifyData(data);
                measure(failure?.Reason);
                if (failure is { } problem)
                {
                    return Record(Create(problem));
                }

                connection.Accept();
                _report.RecordSuccess(tls);
                return null;
            },
            onFailed: exception =>
            {
                if (exception is OperationCanceledException && !IsHanging(startedAt))
                {
                    return exception;
                }

                var failure = classifyEnd(exception);
                measure(failure.Reason);
                return Record(Create(failure, exception));
            });
    }

    private void Measure(long started, ConnectionFailureReason? reason) =>
        _context.Meter.HandshakeEnded(_context.Realm.Name, reason, _context.TimeProvider.GetElapsedTime(started));

    private EndpointConnectionException Create(ConnectionFailure failure, Exception? inner = null) =>
        _report.Create(failure, _target, _context.TimeProvider.GetUtcNow(), inner);

    private EndpointConnectionException Record(EndpointConnectionException failure) =>
        IsProbe ? failure : _report.RecordUnlessClosed(failure);

    // SocketsHttpHandler cancels an attempt five seconds after the last call that waited for it has ended.
    private bool IsHanging(DateTimeOffset since) =>
        !_context.IsDisposed && _context.TimeProvider.GetUtcNow() - since >= HangingTime;
}
