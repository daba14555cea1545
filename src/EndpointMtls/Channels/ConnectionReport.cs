using System.Net;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Telemetry;

namespace EndpointMtls.Channels;

/// <summary>Creates the exceptions of one channel, remembers the last result, and logs changes once. Thread-safe.</summary>
internal sealed class ConnectionReport(ChannelContext context)
{
    private readonly DeferringLock _recording = new();
    private readonly HashSet<ConnectionFailureReason> _logged = [];
    private volatile ConnectionHistory _history = new(null, null);
    private volatile bool _requestsCertificate;
    private (DateTimeOffset NotAfter, ExpiryStage Stage) _reportedExpiry;

    /// <summary>The last open connection, and the failure after it.</summary>
    public ConnectionHistory History => _history;

    /// <summary>Whether the server of the last handshake requested a client certificate.</summary>
    public bool RequestsCertificate { set => _requestsCertificate = value; }

    /// <summary>Whether the server closed a new connection without a reason. It has then processed no request on it.</summary>
    public static bool IsClosedByServer(EndpointConnectionException? failure) =>
        failure?.Reason is ConnectionFailureReason.HandshakeAborted or ConnectionFailureReason.ClosedAfterHandshake;

    /// <summary>Creates the exception for a new connection that the server closed before a call could use it.</summary>
    public EndpointConnectionException CreateClosed() =>
        Create(ConnectionFailureReason.ClosedAfterHandshake, ConnectionFailureText.ClosedAtOnce);

    /// <summary>Records that a call is sent again, because the server closed its new connection.</summary>
    public void RecordRedial() => context.Meter.ConnectionRedialled(context.Realm.Name);

    /// <summary>Records a failure, unless the call is sent again. If that fails too, it is recorded then.</summary>
    public EndpointConnectionException RecordUnlessClosed(EndpointConnectionException failure) =>
        IsClosedByServer(failure) ? failure : RecordFailure(failure);

    /// <summary>Creates the exception of calls that are still running when the drain timeout has passed.</summary>
    public EndpointConnectionException CreateDrained() =>
        Create(ConnectionFailureReason.Drained, ConnectionFailureText.Drained(context.DrainTimeout));

    /// <summary>Creates the exception of calls on a closed channel.</summary>
    /// <param name="text">The reason and the fix, without a full stop at the end.</param>
    public EndpointConnectionException CreateRealmRemoved(string text) => Create(ConnectionFailureReason.RealmRemoved, text);

    /// <summary>Creates the exception of calls on a silent connection.</summary>
    /// <param name="text">The reason and the fix, without a full stop at the end.</param>
    public EndpointConnectionException CreateStalled(string text) => Create(ConnectionFailureReason.Stalled, text);

    /// <summary>Records that a connection is silent. Its calls, or new calls, no longer wait for it.</summary>
    public void RecordStalled(EndpointConnectionException stalled)
    {
        using (_recording.EnterScope())
        {
            _history = _history with { Failure = stalled };
        }

        context.Meter.Stalled(context.Realm.Name);
        context.Logger.ConnectionStalled(stalled.Message);
    }

    /// <summary>Counts an open connection.</summary>
    public void RecordOpened(TransportStream connection, string realm) =>
        context.Meter.ConnectionOpened(connection, realm, connection.Material?.Generation ?? 0);

    /// <summary>Counts an open connection no more.</summary>
    public void RecordEnded(TransportStream connection) => context.Meter.ConnectionEnded(connection);

    /// <summary>Records that calls have moved to connections with the certificates in use, or where they have not.</summary>
    /// <param name="held">The addresses where connections fail, and calls stay on earlier ones.</param>
    public void RecordRotation(IReadOnlyList<HandoverStep> held)
    {
        if (held is [{ Failure: { } cause }, ..])
        {
            RecordRotationFailure(cause, held.Min(step => step.Expiry));
        }
        else if (context.FailedRotations.Remove(context))
        {
            context.Logger.RotationRecovered(context.Destination.Name, context.Realm.Name);
        }
        else
        {
            context.Logger.ChannelRotated(context.Destination.Name, context.Realm.Name);
        }
    }

    private void RecordRotationFailure(Exception exception, DateTimeOffset? expiry)
    {
        var failure = EndpointConnectionException.Find(exception) ?? (exception switch
        {
            HttpRequestException { StatusCode: HttpStatusCode.BadRequest } =>
                Create(ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.BadRequest),
            OperationCanceledException => Create(ConnectionFailureReason.Unreachable, ConnectionFailureText.NoHealthResponse),
            _ => Create(
                EndpointConnectionException.ReasonOf(exception) ?? ConnectionFailureReason.Unknown,
                ConnectionFailureText.RotationFailed(exception)),
        });
        if (context.FailedRotations.Set(context, failure))
        {
            context.Meter.RotationFailed(context.Realm.Name, failure.Reason);
            var limit = expiry is { } end ? $", whose client certificate expires on {end:u}" : "";
            context.Logger.RotationFailed(failure.Reason, limit, failure.Message);
        }
    }

    /// <summary>Logs and counts connections that were aborted, if there are any.</summary>
    public void RecordAborted(int count, EndpointConnectionException reason)
    {
        if (count > 0)
        {
            context.Meter.ConnectionsAborted(context.Realm.Name, reason.Reason, count);
            context.Logger.ConnectionsAborted(count, reason.Reason, reason.Message);
        }
    }

    /// <summary>Finds the reason for the response of a server that reports a problem of the client certificate as an HTTP error.</summary>
    /// <returns><see langword="null"/> for all other responses, and for those of gRPC.</returns>
    public EndpointConnectionException? FindRejection(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.BadRequest && _requestsCertificate && !context.Realm.IsPlaintext && !response.IsGrpc
            ? RecordFailure(Create(ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.BadRequest))
            : null;

    public EndpointConnectionException Create(ConnectionFailureReason reason, string text) =>
        Create(new(reason, text), context.Destination.GetDialTarget(null), context.TimeProvider.GetUtcNow());

    public EndpointConnectionException Create(
        ConnectionFailure failure, DialTarget target, DateTimeOffset at, Exception? inner = null) => new(
            failure.Reason,
            context.Realm.Name,
            context.Destination.Name,
            at,
            $"Endpoint {target.DisplayName} of realm '{context.Realm.Name}': {failure.Text}.",
            inner);

    public void RecordSuccess(TlsDescription? tls)
    {
        var connection = new ConnectionDescription { OpenedAt = context.TimeProvider.GetUtcNow(), Tls = tls };
        EndpointConnectionException? before;
        using (_recording.EnterScope())
        {
            before = _history.Failure;
            _history = new ConnectionHistory(connection, null);
            _logged.Clear();
        }

        if (before is not null)
        {
            context.Logger.ConnectionRecovered(context.Destination.Name, context.Realm.Name);
        }

        if (tls is not null && context.Realm.Definition.Tls is { } settings)
        {
            ReportExpiry(tls, settings.ExpiryWarning);
        }
    }

    // Only at handshakes: on a long connection, the server may have renewed its certificate since.
    private void ReportExpiry(TlsDescription tls, TimeSpan? warning)
    {
        var (now, end) = (context.TimeProvider.GetUtcNow(), tls.PeerChainNotAfter);
        var stage = CertificateExpiry.GetStage(tls.PeerNotBefore, end, warning, now);
        bool isNew;
        using (_recording.EnterScope())
        {
            isNew = _reportedExpiry != (end, stage);
            _reportedExpiry = (end, stage);
        }

        if (isNew && stage is ExpiryStage.Warning or ExpiryStage.LastDay)
        {
            context.Logger.ServerCertificateExpiresSoon(
                context.Destination.Name, context.Realm.Name, end, CertificateExpiry.TimeLeft(end, now));
        }
    }

    /// <summary>Records that the name of a group has addresses again, and calls use its open connections.</summary>
    public void RecordResolved()
    {
        using (_recording.EnterScope())
        {
            if (_history.Failure?.Reason != ConnectionFailureReason.NameNotResolved)
            {
                return;
            }

            _history = _history with { Failure = null };
            _logged.Clear();
        }

        context.Logger.ConnectionRecovered(context.Destination.Name, context.Realm.Name);
    }

    public EndpointConnectionException RecordFailure(EndpointConnectionException failure)
    {
        bool isNew;
        using (_recording.EnterScope())
        {
            isNew = _logged.Add(failure.Reason);
            _history = _history with { Failure = failure };
        }

        // Repeated attempts that fail for the same reasons are logged once.
        if (isNew)
        {
            context.Logger.ConnectionFailed(failure.Reason, failure.Message);
        }

        return failure;
    }
}

/// <summary>The last open connection, and the failure after it.</summary>
internal sealed record ConnectionHistory(ConnectionDescription? Connection, EndpointConnectionException? Failure);
