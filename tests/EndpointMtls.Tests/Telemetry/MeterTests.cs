using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Telemetry;

/// <summary>The instruments of the meter and their measurements.</summary>
public sealed class MeterTests
{
    private const string Handshakes = "endpoint_mtls.channel.handshake.duration";
    private const string Connections = "endpoint_mtls.channel.connections";
    private const string CertificateReloads = "endpoint_mtls.certificate.reloads";
    private const string ConfigurationReloads = "endpoint_mtls.configuration.reloads";
    private const string TimeToExpiry = "endpoint_mtls.certificate.time_to_expiry";
    private const string Generation = "endpoint_mtls.certificate.generation";
    private const string Channels = "endpoint_mtls.channel.generations";
    private const string AbortedConnections = "endpoint_mtls.channel.aborted_connections";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private string _name = null!;
    private MeterRecorder _meter = null!;

    [SetUp]
    public void Listen()
    {
        _name = TestContext.CurrentContext.Test.Name;
        _meter = new MeterRecorder(_name);
    }

    [TearDown]
    public void StopListening() => _meter.Dispose();

    [Test]
    public async Task Instruments_have_the_documented_kinds_names_and_units()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(_root.IssueClient("first"), TimeSpan.Zero);
        using var running = await StartAsync(realm, server);
        await RotateAsync(realm);

        // The drain timeout is zero, but a fake timer fires only when the clock advances.
        realm.Time.Advance(TimeSpan.Zero);
        var reported = _meter.Instruments.ToList();
        _meter.Observe(Generation);

        reported.Concat(_meter.Instruments).Should().BeEquivalentTo(new[]
        {
            ("Counter", CertificateReloads, "{reload}"),
            ("Histogram", Handshakes, "s"),
            ("ObservableUpDownCounter", Connections, "{connection}"),
            ("UpDownCounter", Channels, "{generation}"),
            ("Counter", AbortedConnections, "{connection}"),
            ("ObservableGauge", TimeToExpiry, "s"),
            ("ObservableGauge", Generation, "{generation}"),
        });
    }

    [Test]
    public async Task Measures_handshakes_by_outcome_and_reason()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using var untrusted = await EchoServer.StartTlsAsync(TestCa.CreateRoot("other").IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(_root.IssueClient("first"));

        using var running = await StartAsync(realm, server);
        await FluentActions.Awaiting(() => StartAsync(realm, untrusted)).Should().ThrowAsync<Exception>();

        _meter.Of(Handshakes).Select(measured => measured.Tags).Should().Equal(
            "endpoint_mtls.outcome=succeeded", "endpoint_mtls.outcome=failed endpoint_mtls.reason=UntrustedRoot");
        _meter.Of(Handshakes).Should().OnlyContain(measured => measured.Value >= 0);
    }

    [Test]
    public async Task Counts_open_connections_by_generation()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(_root.IssueClient("first"));
        using var running = await StartAsync(realm, server);
        await RotateAsync(realm);

        _meter.ObserveAll(Connections).Should().BeEquivalentTo([(1.0, "endpoint_mtls.generation=1"), (1.0, "endpoint_mtls.generation=2")]);
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await server.Closed(1);

        SpinWait.SpinUntil(() => _meter.ObserveAll(Connections).Count() == 1, TimeSpan.FromSeconds(30)).Should().BeTrue();
        _meter.Of(Connections).Should().Equal((1, "endpoint_mtls.generation=2"));
    }

    [Test]
    public async Task Counts_certificate_reloads_by_outcome()
    {
        await using var realm = CreateRealm(_root.IssueClient("first"));

        await realm.Provider.ReloadAsync().WithTimeout();
        _meter.Of(CertificateReloads).Should().BeEmpty("no file has changed");
        await realm.RotateAsync(_root.IssueClient("second"));
        realm.Write("tls.key", "nonsense");
        await realm.Provider.ReloadAsync().WithTimeout();
        await realm.Provider.ReloadAsync().WithTimeout();

        _meter.Of(CertificateReloads).Should().Equal((1, "endpoint_mtls.outcome=rotated"), (1, "endpoint_mtls.outcome=failed"));
    }

    [Test]
    public async Task Reports_the_time_to_expiry_of_the_certificate_in_use_negative_after_expiry()
    {
        const string leaf = "endpoint_mtls.certificate=leaf";
        await using var realm = CreateRealm(_root.Issue("first", [], TestCa.ClientAuthentication, notAfter: TestRealm.Ahead + Hour));

        _meter.Observe(TimeToExpiry, leaf).Should().Be(3600);
        realm.Time.Advance(2 * Hour);
        _meter.Observe(TimeToExpiry, leaf).Should().Be(-3600);
        await realm.RotateAsync(_root.Issue("second", [], TestCa.ClientAuthentication, notAfter: TestRealm.Ahead + (3 * Hour)));
        _meter.Observe(TimeToExpiry, leaf).Should().Be(3600);
    }

    [Test]
    public async Task Reports_the_time_to_expiry_of_the_first_intermediate_and_of_the_last_anchor()
    {
        var upper = _root.CreateIntermediate("upper", TestRealm.Ahead + (4 * Hour));
        await using var realm = CreateRealm(upper.CreateIntermediate("lower", TestRealm.Ahead + (3 * Hour)).Issue("first", [], TestCa.ClientAuthentication, notAfter: TestRealm.Ahead + Hour));
        await realm.RotateAsync(TestCa.CreateRoot("first", TestRealm.Ahead + Hour), TestCa.CreateRoot("second", TestRealm.Ahead + (2 * Hour)));

        _meter.Observe(TimeToExpiry, "endpoint_mtls.certificate=intermediate").Should().Be(3 * 3600);
        _meter.Observe(TimeToExpiry, "endpoint_mtls.certificate=anchor").Should().Be(2 * 3600);
    }

    [Test]
    public async Task Reports_no_time_to_expiry_without_certificates()
    {
        await using var realm = CreateRealm(client: null);

        _meter.ObserveAll(TimeToExpiry).Select(measured => measured.Tags).Should().Equal("endpoint_mtls.certificate=anchor");
        _meter.Observe(Generation).Should().Be(1);
    }

    [Test]
    public async Task The_generation_grows_with_each_rotation()
    {
        await using var realm = CreateRealm(_root.IssueClient("first"));

        _meter.Observe(Generation).Should().Be(1);
        await realm.RotateAsync(_root.IssueClient("second"));
        _meter.Observe(Generation).Should().Be(2);
        await realm.RotateAsync(TestCa.CreateRoot("other"));
        _meter.Observe(Generation).Should().Be(3);
    }

    [Test]
    public async Task A_channel_has_two_generations_while_a_stream_uses_the_old_one()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using (var realm = CreateRealm(_root.IssueClient("first")))
        {
            using var running = await StartAsync(realm, server);
            _meter.Sum(Channels).Should().Be(1);
            var timers = realm.Time.RunningTimers;

            await RotateAsync(realm);
            _meter.Sum(Channels).Should().Be(2);

            await running.RequestStream.CompleteAsync();
            (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
            await _meter.Reaches(Channels, 1);
            realm.Time.RunningTimers.Should().Be(timers, "the drain timer is released");

            // After the drain timeout, there is no connection to abort.
            realm.Time.Advance(Hour);
            _meter.Of(AbortedConnections).Should().BeEmpty();
        }

        _meter.Sum(Channels).Should().Be(0);
        _meter.Of(AbortedConnections).Should().BeEmpty();
    }

    [Test]
    public async Task A_replaced_generation_ends_when_the_server_closes_its_connections()
    {
        var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(_root.IssueClient("first"));
        using (await StartAsync(realm, server))
        {
            await RotateAsync(realm);
            _meter.Sum(Channels).Should().Be(2);
        }

        await server.DisposeAsync();

        await _meter.Reaches(Channels, 1);
    }

    [Test]
    public async Task Counts_connections_that_are_aborted_together()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using var realm = new TestRealm(_root, _root.IssueClient("first"), realm =>
        {
            realm.Name = _name;
            realm.TlsConfig!.OnTrustRemoved = TrustRemovedAction.Close;
        });
        using var first = await StartAsync(realm, server);
        await RotateAsync(realm);
        using var second = await StartAsync(realm, server);

        await realm.RotateAsync(TestCa.CreateRoot("other"));

        _meter.Of(AbortedConnections).Should().Equal((2, "endpoint_mtls.reason=TrustRemoved"));
    }

    [Test]
    public async Task Counts_aborted_connections_by_reason()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"));
        await using var realm = CreateRealm(_root.IssueClient("first"), TimeSpan.FromMinutes(1));
        using var running = await StartAsync(realm, server);
        await RotateAsync(realm);
        _meter.Of(AbortedConnections).Should().BeEmpty();

        realm.Time.Advance(TimeSpan.FromMinutes(1));

        _meter.Of(AbortedConnections).Should().Equal((1, "endpoint_mtls.reason=Drained"));
        await server.Closed(1);
    }

    [Test]
    public async Task Counts_configuration_reloads_by_outcome()
    {
        using var meter = new MeterRecorder(realm: null);
        var options = new LiveOptions();
        options.Set(new RealmOptions { Match = { "a" } });
        await using var services = new TestServices(options.AddTo);
        _ = services.Factory;

        foreach (var pattern in new[] { "a", "b", "/", "/", "b" })
        {
            options.Set(new RealmOptions { Match = { pattern } });
        }

        meter.Of(ConfigurationReloads).Should().Equal((1, "endpoint_mtls.outcome=applied"), (1, "endpoint_mtls.outcome=failed"));
        meter.Instruments.Should().Equal(("Counter", ConfigurationReloads, "{reload}"));
    }

    private TestRealm CreateRealm(TestCertificate? client, TimeSpan? drainTimeout = null) => new(_root, client, realm =>
    {
        realm.Name = _name;
        realm.TlsConfig!.DrainTimeout = drainTimeout ?? Hour;
    });

    /// <summary>Presents another certificate, and waits until the channel has moved to it.</summary>
    private async Task RotateAsync(TestRealm realm)
    {
        await realm.RotateAsync(_root.IssueClient("second"));
        await realm.Services.Logs.Wait(311).WithTimeout();
    }

    private static async Task<Grpc.Core.AsyncDuplexStreamingCall<EchoRequest, EchoReply>> StartAsync(TestRealm realm, EchoServer server)
    {
        var call = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address)).Duplex();
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        return call;
    }
}
