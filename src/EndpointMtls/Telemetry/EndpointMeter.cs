using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using EndpointMtls.Async;

namespace EndpointMtls.Telemetry;

/// <summary>The meter <c>EndpointMtls</c>. Names and units follow the semantic conventions of OpenTelemetry.</summary>
/// <remarks>Metric listeners never run while the thread holds a lock: see <see cref="DeferringLock"/>.</remarks>
internal sealed class EndpointMeter : IDisposable
{
    private const string Realm = "endpoint_mtls.realm";
    private const string Outcome = "endpoint_mtls.outcome";
    private const string Reason = "endpoint_mtls.reason";

    private readonly Meter _meter;
    private readonly Counter<long> _configurationReloads;
    private readonly Counter<long> _certificateReloads;
    private readonly UpDownCounter<long> _generations;
    private readonly Counter<long> _abortedConnections;
    private readonly Counter<long> _redials;
    private readonly Counter<long> _stalls;
    private readonly Counter<long> _failedRotations;
    private readonly Histogram<double> _handshakes;
    private readonly ConcurrentDictionary<object, (string Realm, int Generation)> _connections = new();
    private readonly Counter<long> _rejectedClients;
    private readonly Counter<long> _closedConnections;
    private readonly Counter<long> _discoveryUpdates;

    public EndpointMeter(IMeterFactory? factory)
    {
        _meter = factory?.Create("EndpointMtls") ?? new Meter("EndpointMtls");
        _configurationReloads = _meter.CreateCounter<long>(
            "endpoint_mtls.configuration.reloads", "{reload}",
            "Reloads of a changed configuration, by outcome: 'applied' or 'failed'.");
        _certificateReloads = _meter.CreateCounter<long>(
            "endpoint_mtls.certificate.reloads", "{reload}",
            "Reloads of changed certificate files, by outcome: 'rotated' (other certificates are presented or trusted) or 'failed'.");
        _generations = _meter.CreateUpDownCounter<long>(
            "endpoint_mtls.channel.generations", "{generation}",
            "Connection generations: the current one of each channel in use, and those that drain.");
        _abortedConnections = _meter.CreateCounter<long>(
            "endpoint_mtls.channel.aborted_connections", "{connection}", "Connections aborted with running calls, by reason.");
        _redials = _meter.CreateCounter<long>(
            "endpoint_mtls.channel.redials", "{call}",
            "Calls that were sent again, because the server closed their new connection before it sent data.");
        _stalls = _meter.CreateCounter<long>(
            "endpoint_mtls.channel.stalls", "{stall}", "Silent connections that were aborted, or that new calls no longer use.");
        _failedRotations = _meter.CreateCounter<long>(
            "endpoint_mtls.channel.failed_rotations", "{rotation}",
            "Rotations of channels whose connections with the new certificates failed at first, by reason.");
        _handshakes = _meter.CreateHistogram(
            "endpoint_mtls.channel.handshake.duration", "s",
            "Time from the start of a TLS handshake until the server has sent data, by outcome: 'succeeded' or 'failed', and reason.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
            });
        _meter.CreateObservableUpDownCounter(
            "endpoint_mtls.channel.connections",
            () => _connections.Values.CountBy(connection => connection).Select(x => new Measurement<int>(
                x.Value, new(Realm, x.Key.Realm), new("endpoint_mtls.generation", x.Key.Generation))),
            "{connection}", "Open connections, by the generation of the certificates of their handshake; 0 for plaintext.");
        _closedConnections = _meter.CreateCounter<long>(
            "endpoint_mtls.server.closed_connections", "{connection}",
            "Connections whose client the server requested to reconnect, and connections that it aborted, by reason.");
        _rejectedClients = _meter.CreateCounter<long>(
            "endpoint_mtls.server.rejected_clients", "{connection}", "Connections of clients that a server rejected, by reason.");
        _discoveryUpdates = _meter.CreateCounter<long>(
            "endpoint_mtls.discovery.updates", "{update}",
            "Changes of what a file or a DNS name lists ('changed'), and failed reads and lookups ('failed').");
    }

    public void ConfigurationReloaded(string outcome) =>
        DeferringLock.Defer(() => _configurationReloads.Add(1, new KeyValuePair<string, object?>(Outcome, outcome)));

    public void CertificatesReloaded(string realm, string outcome) =>
        DeferringLock.Defer(() => _certificateReloads.Add(1, new(Realm, realm), new(Outcome, outcome)));

    public void GenerationBegan(string realm) =>
        DeferringLock.Defer(() => _generations.Add(1, new KeyValuePair<string, object?>(Realm, realm)));

    public void GenerationEnded(string realm) =>
        DeferringLock.Defer(() => _generations.Add(-1, new KeyValuePair<string, object?>(Realm, realm)));

    public void ConnectionsAborted(string realm, ConnectionFailureReason reason, int count) =>
        DeferringLock.Defer(() => _abortedConnections.Add(count, new(Realm, realm), new(Reason, reason.ToString())));

    public void ConnectionRedialled(string realm) =>
        DeferringLock.Defer(() => _redials.Add(1, new KeyValuePair<string, object?>(Realm, realm)));

    public void Stalled(string realm) => DeferringLock.Defer(() => _stalls.Add(1, new KeyValuePair<string, object?>(Realm, realm)));

    public void RotationFailed(string realm, ConnectionFailureReason reason) =>
        DeferringLock.Defer(() => _failedRotations.Add(1, new(Realm, realm), new(Reason, reason.ToString())));

    /// <param name="realm">The realm of the server.</param>
    /// <param name="reason">Why the handshake failed; <see langword="null"/> if it succeeded.</param>
    /// <param name="duration">The time from its start.</param>
    public void HandshakeEnded(string realm, ConnectionFailureReason? reason, TimeSpan duration)
    {
        var tags = new TagList { { Realm, realm }, { Outcome, reason is null ? "succeeded" : "failed" } };
        if (reason is not null)
        {
            tags.Add(Reason, reason.ToString());
        }

        DeferringLock.Defer(() => _handshakes.Record(duration.TotalSeconds, tags));
    }

    public void ConnectionOpened(object connection, string realm, int generation) => _connections[connection] = (realm, generation);

    public void ConnectionEnded(object connection) => _connections.TryRemove(connection, out _);

    public void ServerConnectionsClosed(string realm, string reason, int count) =>
        DeferringLock.Defer(() => _closedConnections.Add(count, new(Realm, realm), new(Reason, reason)));

    public void ClientRejected(string realm, string reason) =>
        DeferringLock.Defer(() => _rejectedClients.Add(1, new(Realm, realm), new(Reason, reason)));

    /// <param name="realm">The realm of the endpoints.</param>
    /// <param name="source"><c>file</c> or <c>dns</c>.</param>
    /// <param name="outcome"><c>changed</c> or <c>failed</c>.</param>
    public void DiscoveryUpdated(string realm, string source, string outcome) => DeferringLock.Defer(() =>
        _discoveryUpdates.Add(1, new(Realm, realm), new("endpoint_mtls.discovery.source", source), new(Outcome, outcome)));

    /// <summary>Adds the gauges of certificates. Both callbacks run whenever metrics are collected.</summary>
    /// <param name="timesToExpiry">The certificates of realms: which one, and the seconds until it expires, negative after that.</param>
    /// <param name="generations">The realms with TLS: their current generation.</param>
    public void ObserveCertificates(
        Func<IEnumerable<(string Realm, string Certificate, double Seconds)>> timesToExpiry,
        Func<IEnumerable<(string Realm, int Number)>> generations)
    {
        _meter.CreateObservableGauge(
            "endpoint_mtls.certificate.time_to_expiry",
            () => timesToExpiry().Select(x => new Measurement<double>(
                x.Seconds, new(Realm, x.Realm), new("endpoint_mtls.certificate", x.Certificate))),
            "s",
            "Time until a certificate expires, negative after that: 'leaf', 'intermediate' (the first one) or 'anchor' (the last one).");
        _meter.CreateObservableGauge(
            "endpoint_mtls.certificate.generation",
            () => generations().Select(x => new Measurement<int>(x.Number, new KeyValuePair<string, object?>(Realm, x.Realm))),
            "{generation}", "Current generation of what is presented and trusted. Starts at 1, and grows with each rotation.");
    }

    /// <summary>Adds the gauge of endpoints. The callback runs whenever metrics are collected.</summary>
    public void ObserveEndpoints(Func<IEnumerable<KeyValuePair<(string Realm, EndpointHealth Health), int>>> counts) =>
        _meter.CreateObservableGauge(
            "endpoint_mtls.endpoints",
            () => counts().Select(x =>
                new Measurement<int>(x.Value, new(Realm, x.Key.Realm), new("endpoint_mtls.health", x.Key.Health.ToString()))),
            "{endpoint}", "Endpoints in the set, by realm and health.");

    public void Dispose() => _meter.Dispose();
}
