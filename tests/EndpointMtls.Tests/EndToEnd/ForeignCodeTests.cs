using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A log sink, a metric listener or a callback that blocks delays only its caller.</summary>
public sealed class ForeignCodeTests
{
    private const int Rotated = 202;
    private const int ChannelCreated = 300;
    private const int ConnectionFailed = 301;
    private const int ChannelClosed = 304;
    private const int ClientRejected = 500;

    private readonly TestCa _root = TestCa.CreateRoot("root");
    private ManualResetEventSlim _release = null!;
    private TaskCompletionSource _blocks = null!;
    private LiveOptions _live = null!;
    private TempFolder _folder = null!;
    private TestServices _services = null!;

    [SetUp]
    public void CreateServices()
    {
        (_release, _blocks) = (new ManualResetEventSlim(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        (_live, _folder) = (new LiveOptions(), new TempFolder());
        _services = new TestServices(_live.AddTo);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        _release.Set();
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_log_sink_that_blocks_while_a_channel_is_created_does_not_delay_other_channels_or_a_reload()
    {
        _live.Set(Plain("a:1", "b:1"));
        BlockLog(ChannelCreated);
        var first = Task.Run(() => _services.Factory.GetChannel("a:1"));
        await _blocks.Task.WithTimeout();

        await Task.Run(() => _services.Factory.GetChannel("b:1")).WithTimeout();
        var same = await Task.Run(() => _services.Factory.GetChannel("a:1")).WithTimeout();
        await Task.Run(() => _live.Set(Plain("a:1", "b:1", "c:1"))).WithTimeout();
        await Task.Run(() => _services.Factory.GetChannel("c:1")).WithTimeout();

        first.IsCompleted.Should().BeFalse();
        _release.Set();
        (await first.WithTimeout()).Should().BeSameAs(same);
    }

    [Test]
    public async Task A_log_sink_that_blocks_while_a_refused_connection_is_logged_does_not_delay_calls_of_its_channel()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        _live.Set(Plain(address));
        BlockLog(ConnectionFailed);
        var client = new Echo.EchoClient(_services.Factory.GetChannel(address));

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        EndpointConnectionException.ReasonOf(failure!).Should().Be(ConnectionFailureReason.Refused);
        await _blocks.Task.WithTimeout();
    }

    [Test]
    public async Task ConfigureChannel_that_blocks_delays_only_its_own_address()
    {
        _live.Set(options =>
        {
            options.Realms.Add(Plain("a:1", "b:1"));
            options.ConfigureChannel = (_, _) => BlockOnce();
        });
        var first = Task.Run(() => _services.Factory.GetChannel("a:1"));
        await _blocks.Task.WithTimeout();
        var same = Task.Run(() => _services.Factory.GetChannel("a:1"));

        await Task.Run(() => _services.Factory.GetChannel("b:1")).WithTimeout();
        await Task.Run(() => _services.Factory.Describe("a:1")).WithTimeout();
        await Task.Run(() => _live.Set(Plain("a:1", "b:1"))).WithTimeout();

        same.IsCompleted.Should().BeFalse();
        _release.Set();
        (await same.WithTimeout()).Should().BeSameAs(await first.WithTimeout());
    }

    [Test]
    public void ConfigureChannel_that_throws_is_called_again_for_the_next_call()
    {
        var calls = 0;
        _live.Set(options =>
        {
            options.Realms.Add(Plain("a:1"));
            options.ConfigureChannel = (_, channel) => channel.MaxRetryAttempts = ++calls == 1 ? throw new InvalidOperationException("not yet") : 2;
        });

        _services.Factory.Invoking(factory => factory.GetChannel("a:1")).Should().Throw<InvalidOperationException>().WithMessage("not yet");
        _services.Factory.GetChannel("a:1").Should().BeSameAs(_services.Factory.GetChannel("a:1"));
        calls.Should().Be(2);
    }

    [Test]
    public async Task A_channel_that_is_created_while_its_realm_is_removed_is_closed()
    {
        _live.Set(options =>
        {
            options.Realms.Add(Plain("a:1", "b:1"));
            options.ConfigureChannel = (_, _) => BlockOnce();
        });
        var creating = Task.Run(() => _services.Factory.GetChannel("a:1"));
        await _blocks.Task.WithTimeout();
        await Task.Run(() => _live.Set(Plain("b:1"))).WithTimeout();
        _release.Set();

        await Assert.ThrowsAsync<NoMatchingRealmException>(() => creating.WithTimeout());

        _services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == ChannelClosed).Which.Message.Should().Contain("'a:1'");
        _services.Factory.Invoking(factory => factory.GetChannel("a:1")).Should().Throw<NoMatchingRealmException>();
    }

    [Test]
    public async Task A_log_sink_that_blocks_during_a_rotation_does_not_delay_users_of_the_certificates()
    {
        var provider = UseRealm();
        BlockLog(Rotated);
        _folder.WriteRealm("eu", _root, _root.IssueClient("next"));
        var reload = Task.Run(() => provider.ReloadAsync());
        await _blocks.Task.WithTimeout();

        (await Task.Run(() => provider.ReloadAsync()).WithTimeout()).ClientCertificate!.Subject.Should().Be("CN=next");
        await Task.Run(() => provider.CreateClientOptions("a")).WithTimeout();
        await Task.Run(() => _live.Set(Secured("eu", server: "b"))).WithTimeout();
        _release.Set();
        await reload.WithTimeout();
    }

    [Test]
    public async Task A_metric_listener_that_blocks_does_not_delay_users_of_the_certificates()
    {
        var provider = UseRealm();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "endpoint_mtls.certificate.reloads")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.ToArray().Any(tag => Equals(tag.Value, nameof(ForeignCodeTests))))
                BlockOnce();
        });
        listener.Start();
        _folder.WriteRealm("eu", _root, _root.IssueClient("next"));
        var reload = Task.Run(() => provider.ReloadAsync());
        await _blocks.Task.WithTimeout();

        (await Task.Run(() => provider.ReloadAsync()).WithTimeout()).ClientCertificate!.Subject.Should().Be("CN=next");
        _release.Set();
        await reload.WithTimeout();
    }

    [Test]
    public async Task A_log_sink_that_blocks_while_a_client_is_rejected_does_not_delay_other_handshakes()
    {
        var files = _folder.WriteRealm("server", _root, _root.IssueServer("127.0.0.1"));
        _live.Set(Plain("a:1"));
        var options = new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { files.CaFile[0] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        };
        var server = _services.GetServer(options);
        BlockLog(ClientRejected);
        var first = Task.Run(RejectAsync);
        await _blocks.Task.WithTimeout();

        await Task.Run(RejectAsync).WithTimeout();
        _services.GetServer(options).Should().BeSameAs(server);

        first.IsCompleted.Should().BeFalse();

        async Task RejectAsync() => (await server.PrepareHandshakeAsync()).Options.RemoteCertificateValidationCallback!(this, null, null, default).Should().BeFalse();
    }

    [Test]
    public async Task ConfigureChannel_that_blocks_for_a_discovered_endpoint_delays_neither_a_reload_nor_the_set()
    {
        var mayBlock = false;
        _folder.Write("targets.yaml", "[]");
        _live.Set(options =>
        {
            options.Realms.Add(Discovering("a:1"));
            options.ConfigureChannel = (_, _) =>
            {
                if (mayBlock)
                    BlockOnce();
            };
        });
        await using var services = new TestServices(collection =>
        {
            _live.AddTo(collection);
            collection.AddEndpointSet();
        });
        var set = services.Get<IEndpointSet>();
        mayBlock = true;
        _folder.Write("targets.yaml", "- targets: [b:1]");
        await _blocks.Task.WithTimeout();

        await Task.Run(() => _live.Set(Discovering("a:1", "c:1"))).WithTimeout();
        await Task.Run(() => services.Factory.GetChannel("c:1")).WithTimeout();
        set.Current.Endpoints.Should().ContainSingle().Which.Address.Should().Be("a:1");

        _release.Set();
        await UntilAsync(set, endpoints => endpoints.Count == 3);

        RealmOptions Discovering(params string[] endpoints)
        {
            var realm = Plain(endpoints);
            realm.Probe = false;
            realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { _folder["targets.yaml"] } });
            return realm;
        }
    }

    private static async Task UntilAsync(IEndpointSet set, Func<IReadOnlyList<GrpcEndpoint>, bool> isReached)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var _ = set.GetChangeToken().RegisterChangeCallback(_ => changed.TrySetResult(), null);
            if (isReached(set.Current.Endpoints))
                return;

            await changed.Task.WithTimeout();
        }
    }

    private static RealmOptions Plain(params string[] endpoints)
    {
        var realm = new RealmOptions { Name = "plain" };
        Array.ForEach(endpoints, realm.Endpoints.Add);
        return realm;
    }

    private RealmOptions Secured(string folder, string? server = null) => new()
    {
        Name = nameof(ForeignCodeTests),
        Match = { "*" },
        TlsConfig = new TlsOptions
        {
            CertFile = _folder[$"{folder}/tls.crt"],
            KeyFile = _folder[$"{folder}/tls.key"],
            CaFile = { _folder[$"{folder}/ca.crt"] },
            ServerName = server,
        },
    };

    private RotatingCertificateProvider UseRealm()
    {
        _folder.WriteRealm("eu", _root, _root.IssueClient("first"));
        _live.Set(Secured("eu"));
        return _services.Get<RotatingCertificateProvider>(nameof(ForeignCodeTests));
    }

    private void BlockLog(int eventId) => _services.Logs.OnEntry = entry =>
    {
        if (entry.EventId == eventId)
            BlockOnce();
    };

    // Blocks the first caller only.
    private void BlockOnce()
    {
        if (_blocks.TrySetResult())
            _release.Wait(TimeSpan.FromMinutes(1));
    }
}
