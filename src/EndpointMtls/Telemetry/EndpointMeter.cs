using System.Diagnostics.Metrics;
using EndpointMtls.Async;

namespace EndpointMtls.Telemetry;

/// <summary>The meter <c>EndpointMtls</c>. Names and units follow OpenTelemetry. Listeners never run while the thread holds a lock.</summary>
internal sealed class EndpointMeter : IDisposable
{
    private const string Realm = "endpoint_mtls.realm";

    private readonly Meter _meter;
    private readonly Counter<long> _reloads;
    private readonly UpDownCounter<long> _generations;
    private readonly Counter<long> _aborts;
    private readonly Counter<long> _reconfigurations;
    private readonly Counter<long> _discoveries;
    private readonly Counter<long> _clientRefusals;

    public EndpointMeter(IMeterFactory? factory)
    {
        _meter = factory?.Create("EndpointMtls") ?? new Meter("EndpointMtls");
        _reloads = _meter.CreateCounter<long>(
            "endpoint_mtls.certificate.reloads", "{reload}", "Changes of what is presented or trusted ('rotated'), and changes of files that could not be taken over ('failed').");
        _reconfigurations = _meter.CreateCounter<long>(
            "endpoint_mtls.configuration.reloads", "{reload}", "Changes of the configuration that came into force ('applied'), and those that could not be taken over ('failed').");
        _generations = _meter.CreateUpDownCounter<long>(
            "endpoint_mtls.channel.generations", "{generation}", "Versions of channels that have connections or may get some: one per channel, and those that drain.");
        _aborts = _meter.CreateCounter<long>(
            "endpoint_mtls.channel.aborted_connections", "{connection}", "Connections closed beneath running calls, by reason.");
        _discoveries = _meter.CreateCounter<long>(
            "endpoint_mtls.discovery.updates", "{update}", "Changes of the endpoints that files list or DNS answers ('changed'), and those that could not be taken over ('failed').");
        _clientRefusals = _meter.CreateCounter<long>(
            "endpoint_mtls.server.rejected_clients", "{connection}", "Connections of clients that a server did not let in, by reason.");
    }

    public void Reloaded(string realm, string outcome) =>
        DeferringLock.Defer(() => _reloads.Add(1, new(Realm, realm), new("endpoint_mtls.outcome", outcome)));

    public void Reconfigured(string outcome) =>
        DeferringLock.Defer(() => _reconfigurations.Add(1, new KeyValuePair<string, object?>("endpoint_mtls.outcome", outcome)));

    public void GenerationBegan(string realm) =>
        DeferringLock.Defer(() => _generations.Add(1, new KeyValuePair<string, object?>(Realm, realm)));

    public void GenerationEnded(string realm) =>
        DeferringLock.Defer(() => _generations.Add(-1, new KeyValuePair<string, object?>(Realm, realm)));

    public void ConnectionsAborted(string realm, ConnectionFailureReason reason, int count) =>
        DeferringLock.Defer(() => _aborts.Add(count, new(Realm, realm), new("endpoint_mtls.reason", reason.ToString())));

    public void ClientRejected(string realm, string reason) =>
        DeferringLock.Defer(() => _clientRefusals.Add(1, new(Realm, realm), new("endpoint_mtls.reason", reason)));

    /// <param name="realm">Whose endpoints they are.</param>
    /// <param name="source">Where they were found: <c>file</c> or <c>dns</c>.</param>
    /// <param name="outcome"><c>changed</c> or <c>failed</c>.</param>
    public void Discovered(string realm, string source, string outcome) =>
        DeferringLock.Defer(() => _discoveries.Add(1, new(Realm, realm), new("endpoint_mtls.discovery.source", source), new("endpoint_mtls.outcome", outcome)));

    /// <summary>Observes what realms have in use; asked whenever the metrics are collected.</summary>
    /// <param name="observe">The realms with a certificate of their own: how many seconds it is still valid, negative when it has expired.</param>
    /// <param name="generations">The realms with certificates: which generation is in use.</param>
    public void Observe(Func<IEnumerable<(string Realm, double Seconds)>> observe, Func<IEnumerable<(string Realm, int Number)>> generations)
    {
        _meter.CreateObservableGauge(
            "endpoint_mtls.certificate.time_to_expiry",
            () => observe().Select(x => new Measurement<double>(x.Seconds, new KeyValuePair<string, object?>(Realm, x.Realm))),
            "s", "How long the certificate that is presented is still valid; negative when it has expired.");
        _meter.CreateObservableGauge(
            "endpoint_mtls.certificate.generation",
            () => generations().Select(x => new Measurement<int>(x.Number, new KeyValuePair<string, object?>(Realm, x.Realm))),
            "{generation}", "Counts what has been presented and trusted since the start, from 1.");
    }

    /// <summary>Observes the endpoints of a set; asked whenever the metrics are collected.</summary>
    public void ObserveEndpoints(Func<IEnumerable<KeyValuePair<(string Realm, EndpointHealth Health), int>>> observe) => _meter.CreateObservableGauge(
        "endpoint_mtls.endpoints",
        () => observe().Select(x => new Measurement<int>(x.Value, new(Realm, x.Key.Realm), new("endpoint_mtls.health", x.Key.Health.ToString()))),
        "{endpoint}", "How many endpoints there are, by realm and health.");

    public void Dispose() => _meter.Dispose();
}
