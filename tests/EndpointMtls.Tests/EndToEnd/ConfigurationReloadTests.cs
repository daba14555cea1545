using System.Net;
using System.Net.Sockets;
using EndpointMtls.Channels;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>What calls notice of a configuration that changes, and what they do not.</summary>
public sealed class ConfigurationReloadTests
{
    private readonly TestAuthority _clientRoot = TestAuthority.CreateRoot("client root");
    private readonly TestAuthority _serverRoot = TestAuthority.CreateRoot("server root");
    private readonly LiveOptions _options = new();
    private TempFolder _folder = null!;
    private ManualTime _time = null!;
    private EchoServer _server = null!;
    private TestServices _services = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _time = new ManualTime(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _server = await EchoServer.StartTlsAsync(_serverRoot.IssueServer("127.0.0.1", "store"), _clientRoot);
        _options.Set(Realm("eu"));
        _services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            _options.AddTo(services);
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task An_address_that_moves_to_another_realm_keeps_its_channel_and_gets_the_other_certificate()
    {
        var channel = Channel;
        (await CallAsync(channel)).Should().Be("CN=eu");
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        _options.Set(Realm("us"), Plain("eu", "other:1"));

        Channel.Should().BeSameAs(channel);
        (await CallAsync(channel)).Should().Be("CN=us");
        (await ExchangeAsync(running)).Should().Be("CN=eu", "what is running finishes on what it began with");
        Description.Realm.Should().Be("us");
        Logged(305).Should().Be($"The channel to '{_server.Address}' has moved from realm 'eu' to realm 'us'.");
    }

    [Test]
    public async Task An_idle_channel_that_moves_makes_its_next_connection_in_the_other_realm()
    {
        var channel = Channel;

        _options.Set(Realm("us"));

        (await CallAsync(channel)).Should().Be("CN=us");
        _server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_channel_that_has_moved_follows_the_rotation_of_its_new_realm_and_not_that_of_the_old()
    {
        await CallAsync(Channel);
        _options.Set(Realm("us"), Plain("eu", "other:1"));
        await CallAsync(Channel);

        _folder.WriteRealm("us", _serverRoot, _clientRoot.IssueClient("renewed"));
        await _services.Get<RotatingCertificateProvider>("us").ReloadAsync().WithTimeout();

        (await CallAsync(Channel)).Should().Be("CN=renewed");
    }

    [Test]
    public async Task A_handshake_that_fails_because_its_address_was_about_to_move_is_made_again_in_the_other_realm()
    {
        var other = TestAuthority.CreateRoot("other");
        var handshakes = 0;
        RealmOptions? next = null;
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            if (Interlocked.Increment(ref handshakes) == 1)
            {
                _options.Set(next!);
            }

            return EchoServer.CreateOptions(other.IssueServer("127.0.0.1"), _clientRoot);
        });
        next = Realm("us", server.Address, tls => tls.CaFile[0] = _folder.Write("other.crt", other.Pem));
        _options.Set(Realm("eu", server.Address));

        (await CallAsync(_services.Factory.GetChannel(server.Address))).Should().Be("CN=us");
    }

    [Test]
    public async Task A_realm_that_expects_another_name_makes_new_connections()
    {
        await CallAsync(Channel);

        _options.Set(Realm("eu", tls => tls.ServerName = "store"));
        await CallAsync(Channel);
        _server.Connections.Should().Be(2);

        _options.Set(Realm("eu", tls => tls.ServerName = "elsewhere"));
        Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel))!.Status.Detail.Should().Contain("not for 'elsewhere'");
    }

    [Test]
    public async Task Other_rules_do_not_wait_for_the_jitter_of_other_certificates()
    {
        _options.Set(Realm("eu", Patient));
        await CallAsync(Channel);

        _options.Set(Realm("eu", tls =>
        {
            Patient(tls);
            tls.ServerName = "store";
        }));
        await CallAsync(Channel);

        _server.Connections.Should().Be(2);

        static void Patient(TlsOptions tls) => tls.SwapJitter = TimeSpan.FromHours(1);
    }

    [Test]
    public async Task What_does_not_concern_connections_leaves_them_alone()
    {
        await CallAsync(Channel);

        _options.Set(Plain("before", "other:1"), Realm("eu", tls => tls.DrainTimeout = TimeSpan.FromHours(1)));
        await CallAsync(Channel);

        _server.Connections.Should().Be(1);
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 305);
    }

    [Test]
    public async Task What_does_not_concern_connections_brings_no_move_forward_that_is_to_come_later()
    {
        _options.Set(Realm("eu", WithJitter));
        await CallAsync(Channel);
        await RotateAsync("eu");

        _options.Set(Plain("before", "other:1"), Realm("eu", WithJitter));
        (await CallAsync(Channel)).Should().Be("CN=eu");

        _time.Advance(TimeSpan.FromMinutes(1));
        (await CallAsync(Channel)).Should().Be("CN=renewed");
    }

    [Test]
    public async Task A_channel_that_moves_or_closes_drops_the_move_that_was_to_come_later()
    {
        _options.Set(Realm("eu", WithJitter));
        _ = Channel;
        var timers = _time.RunningTimers;
        await RotateAsync("eu");
        _time.RunningTimers.Should().Be(timers + 1);

        _options.Set(Realm("us", WithJitter));
        _time.RunningTimers.Should().Be(timers);
        await RotateAsync("us");
        _time.RunningTimers.Should().Be(timers + 1);

        _options.Set(Realm("us", "other:1", WithJitter));
        _time.RunningTimers.Should().Be(timers);
    }

    [Test]
    public async Task Disposal_drops_the_move_that_was_to_come_later()
    {
        _options.Set(Realm("eu", WithJitter));
        _ = Channel;
        await RotateAsync("eu");

        await _services.DisposeAsync();

        _time.RunningTimers.Should().Be(0);
    }

    [Test]
    public async Task An_address_that_nobody_claims_any_more_finishes_what_is_running_and_refuses_the_rest()
    {
        var channel = Channel;
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        _options.Set(Plain("other", "other:1"));

        await ExchangeAsync(running);
        var refused = Assert.ThrowsAsync<RpcException>(() => CallAsync(channel))!;
        refused.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.Find(refused).Should().Match<EndpointConnectionException>(e => e.Reason == ConnectionFailureReason.RealmRemoved && e.Realm == "eu" && e.Address == _server.Address);
        refused.Status.Detail.Should().Contain(
            $"Endpoint '{_server.Address}' of realm 'eu': no realm claims the address since the configuration changed. Add it to a realm's 'endpoints' or 'match'.");
        Assert.Throws<UnclaimedAddressException>(() => _services.Factory.GetChannel(_server.Address));
        Logged(304).Should().StartWith($"A channel takes no more calls, and those that run may finish. Endpoint '{_server.Address}' of realm 'eu': no realm claims");
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await _server.AllClosed();
    }

    [Test]
    public async Task A_call_that_waits_while_its_realm_is_removed_gets_its_response()
    {
        var gate = _server.HoldNextCall();
        using var waiting = new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest());
        await gate.Reached.WithTimeout();

        _options.Set(Plain("other", "other:1"));
        gate.Release();

        (await waiting.ResponseAsync.WithTimeout()).Peer.Should().Be("CN=eu");
        await _server.AllClosed();
    }

    [Test]
    public async Task What_is_still_running_when_the_drain_timeout_has_passed_is_cut_and_told_why()
    {
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        _options.Set(Plain("other", "other:1"));

        _time.Advance(TimeSpan.FromMinutes(5));

        var end = Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.RealmRemoved);
    }

    [Test]
    public async Task An_address_that_is_claimed_again_gets_a_new_channel()
    {
        var channel = Channel;
        await CallAsync(channel);
        _options.Set(Plain("other", "other:1"));

        _options.Set(Realm("eu"));

        Channel.Should().NotBeSameAs(channel);
        (await CallAsync(Channel)).Should().Be("CN=eu");
        Assert.ThrowsAsync<RpcException>(() => CallAsync(channel));
    }

    [Test]
    public async Task A_realm_that_becomes_plaintext_closes_its_channels_and_makes_plaintext_ones()
    {
        var channel = Channel;
        await CallAsync(channel);

        _options.Set(Plain("eu", _server.Address));

        EndpointConnectionException.Find(Assert.ThrowsAsync<RpcException>(() => CallAsync(channel))!)!.Message.Should().EndWith(
            "the configuration changed, and the address is now plaintext in realm 'eu'. Get the channel anew.");
        EndpointConnectionException.ReasonOf(Assert.ThrowsAsync<RpcException>(() => CallAsync(Channel))!).Should().BeOneOf(ConnectionFailureReason.TlsPeer, ConnectionFailureReason.HandshakeAborted);
        Description.IsPlaintext.Should().BeTrue();
    }

    [Test]
    public async Task A_realm_that_is_secured_sends_nothing_more_in_plaintext()
    {
        await using var plain = await EchoServer.StartPlaintextAsync();
        _options.Set(Plain("eu", plain.Address));
        var channel = _services.Factory.GetChannel(plain.Address);
        await CallAsync(channel);

        _options.Set(Realm("eu", plain.Address));

        EndpointConnectionException.Find(Assert.ThrowsAsync<RpcException>(() => CallAsync(channel))!)!.Message.Should().EndWith(
            "the configuration changed, and the address is now secured by TLS in realm 'eu'. Get the channel anew.");
        plain.Calls.Should().Be(1);
        EndpointConnectionException.ReasonOf(Assert.ThrowsAsync<RpcException>(() => CallAsync(_services.Factory.GetChannel(plain.Address)))!).Should().Be(ConnectionFailureReason.PlaintextPeer);
    }

    [Test]
    public async Task Where_removed_trust_closes_a_move_to_a_realm_that_does_not_trust_the_server_cuts_at_once()
    {
        _options.Set(Realm("eu", tls => tls.OnTrustRemoved = TrustRemovedAction.Close));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);

        var other = TestAuthority.CreateRoot("other");
        _options.Set(Realm("us", tls =>
        {
            tls.OnTrustRemoved = TrustRemovedAction.Close;
            tls.CaFile[0] = _folder.Write("other.crt", other.Pem);
        }));

        var end = Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_handshake_in_the_middle_of_a_change_waits_until_it_is_known_where_the_address_belongs()
    {
        _options.Set(Realm("eu"), Realm("us", "other:1"));
        var (eu, us) = (_services.Get<RealmRegistry>().Table.Realms[0], _services.Get<RealmRegistry>().Table.Realms[1]);
        var changing = us with { Definition = us.Definition with { Tls = us.Definition.Tls! with { ServerName = "before" } } };
        EndpointAddress.TryParse(_server.Address, out var address, out _).Should().BeTrue();
        var context = new ChannelContext(address, changing, _time, _services.Logs, new EndpointMeter(null));
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port);

        var connecting = new EndpointConnector(context).ConnectAsync((_, _) => ValueTask.FromResult<Stream>(client.GetStream()), null!, CancellationToken.None);
        context.Realm = eu;

        var (stream, connection) = await connecting.AsTask().WithTimeout();
        connection.Provider.Should().BeSameAs(eu.Provider);
        await stream.DisposeAsync();
    }

    [Test]
    public async Task Where_removed_trust_closes_verification_that_is_turned_off_cuts_nothing()
    {
        _options.Set(Realm("eu", tls => tls.OnTrustRemoved = TrustRemovedAction.Close));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);

        _options.Set(Realm("eu", tls =>
        {
            tls.OnTrustRemoved = TrustRemovedAction.Close;
            tls.InsecureSkipVerify = true;
            tls.CaFile.Clear();
        }));

        (await ExchangeAsync(running)).Should().Be("CN=eu");
        _services.Logs.Entries.Should().NotContain(entry => entry.EventId == 303);
    }

    [Test]
    public async Task Trust_that_is_removed_in_the_middle_of_a_change_cuts_when_the_change_is_in_force()
    {
        _options.Set(Realm("eu", tls => tls.OnTrustRemoved = TrustRemovedAction.Close));
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);

        // Told while the change comes into force: the rules of 'eu' are the new ones already, and its channels have not followed.
        _services.Logs.OnEntry = entry =>
        {
            if (entry.EventId == 200)
            {
                _folder.Write("eu/ca.crt", TestAuthority.CreateRoot("other").Pem);
                _services.Get<RotatingCertificateProvider>("eu").ReloadAsync().GetAwaiter().GetResult();
            }
        };
        _options.Set(
            Realm("eu", tls => (tls.OnTrustRemoved, tls.DrainTimeout) = (TrustRemovedAction.Close, TimeSpan.FromMinutes(7))),
            Plain("told", "told:1"));

        var end = Assert.ThrowsAsync<RpcException>(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout())!;
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.TrustRemoved);
    }

    [Test]
    public async Task A_handshake_in_the_middle_of_a_change_that_closes_its_channel_does_not_wait_for_what_will_not_come()
    {
        var eu = _services.Get<RealmRegistry>().Table.Realms.Single();
        var changing = eu with { Definition = eu.Definition with { Tls = eu.Definition.Tls! with { ServerName = "before" } } };
        EndpointAddress.TryParse(_server.Address, out var address, out _).Should().BeTrue();
        var context = new ChannelContext(address, changing, _time, _services.Logs, new EndpointMeter(null));
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port);
        var connector = new EndpointConnector(context);

        var connecting = connector.ConnectAsync((_, _) => ValueTask.FromResult<Stream>(client.GetStream()), null!, CancellationToken.None);
        context.Closed = connector.ExplainRemoval("it is gone");

        Assert.ThrowsAsync<EndpointConnectionException>(() => connecting.AsTask().WithTimeout())!.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
    }

    [Test]
    public async Task Disposal_ends_also_what_was_closed_and_still_runs()
    {
        using var running = new Echo.EchoClient(Channel).Duplex();
        await ExchangeAsync(running);
        _options.Set(Plain("other", "other:1"));

        await _services.DisposeAsync();

        Assert.CatchAsync(() => running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        await _server.AllClosed();
    }

    private static void WithJitter(TlsOptions tls) => tls.SwapJitter = TimeSpan.FromMinutes(1);

    private async Task RotateAsync(string realm)
    {
        _folder.WriteRealm(realm, _serverRoot, _clientRoot.IssueClient("renewed"));
        (await _services.Get<RotatingCertificateProvider>(realm).ReloadAsync().WithTimeout()).Generation.Should().Be(2);
    }

    private GrpcChannel Channel => _services.Factory.GetChannel(_server.Address);

    private EndpointDescription Description => _services.Factory.Describe(_server.Address);

    private string Logged(int eventId) => _services.Logs.Entries.Last(entry => entry.EventId == eventId).Message;

    private RealmOptions Realm(string name, Action<TlsOptions>? change = null) => Realm(name, _server.Address, change);

    private RealmOptions Realm(string name, string address, Action<TlsOptions>? change = null)
    {
        var tls = File.Exists(_folder[$"{name}/ca.crt"])
            ? new TlsOptions { CaFile = { _folder[$"{name}/ca.crt"] }, CertFile = _folder[$"{name}/tls.crt"], KeyFile = _folder[$"{name}/tls.key"] }
            : _folder.WriteRealm(name, _serverRoot, _clientRoot.IssueClient(name));
        tls.SwapJitter = TimeSpan.Zero;
        change?.Invoke(tls);
        return new RealmOptions { Name = name, Endpoints = { address }, TlsConfig = tls };
    }

    private static RealmOptions Plain(string name, string address) => new() { Name = name, Endpoints = { address }, TlsConfig = new TlsOptions { Enabled = false } };

    private static async Task<string> CallAsync(GrpcChannel channel) =>
        (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;

    private static async Task<string> ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        return call.ResponseStream.Current.Peer;
    }
}
