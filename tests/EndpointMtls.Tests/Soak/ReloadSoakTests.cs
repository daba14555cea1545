using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Soak;

/// <summary>Configuration changes under load, in one realm of fifty, fail no call.</summary>
[NonParallelizable]
public sealed class ReloadSoakTests
{
    private const int Realms = 50;
    private const int Reloads = 100;

    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private EchoServer[] _servers = [];
    private TempFolder _folder = null!;

    [SetUp]
    public async Task StartServersAsync()
    {
        _folder = new TempFolder();
        _servers = await Task.WhenAll(Enumerable.Range(0, Realms).Select(_ => EchoServer.StartTlsAsync(_serverRoot.IssueServer("127.0.0.1", "store"), _clientRoot)));
    }

    [TearDown]
    public async Task StopServersAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public async Task Reloads_of_one_realm_fail_no_call_and_keep_the_channels_of_the_others()
    {
        var options = new LiveOptions();
        var realms = _servers.Select((server, index) => Realm($"realm-{index}", server)).ToArray();
        options.Set(realms);
        await using var services = new TestServices(options.AddTo);
        var channels = _servers.Select(server => services.Factory.GetChannel(server.Address)).ToList();
        var providers = realms[1..].Select(realm => services.Get<RotatingCertificateProvider>(realm.Name!)).ToList();
        var clients = channels.ConvertAll(channel => new Echo.EchoClient(channel));
        foreach (var client in clients)
        {
            await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        }

        var load = new CallLoad(clients, callers: 16, streams: 8, streamLength: 20);
        await using (load)
        {
            await load.MoreCalls(100);
            for (var number = 1; number <= Reloads && load.Failures.Count == 0; number++)
            {
                options.Set([Change(realms[0], number), .. realms[1..]]);
                await clients[0].UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
                await load.MoreCalls(20);
            }
        }

        load.Failures.Should().BeEmpty();
        load.Streams.Should().BePositive();
        _servers.Select(server => services.Factory.GetChannel(server.Address)).Should().Equal(channels);
        realms[1..].Select(realm => services.Get<RotatingCertificateProvider>(realm.Name!)).Should().Equal(providers);
        _servers[1..].Should().OnlyContain(server => server.Connections == 1);
        _servers[0].Connections.Should().BeGreaterThan(Reloads / 2);
        load.Peers.Should().Contain(["CN=other", "CN=renamed"]);
        services.Logs.Entries.Count(entry => entry.EventId == 100).Should().Be(Reloads);
        TestContext.Out.WriteLine($"{load.Calls} calls, {load.Streams} streams, {_servers[0].Connections} connections to the server of the changed realm.");
    }

    [TestCase(TrustRemovedAction.Drain)]
    [TestCase(TrustRemovedAction.Close)]
    public async Task Realms_that_exchange_their_names_under_load_fail_no_call(TrustRemovedAction onTrustRemoved)
    {
        var otherRoot = TestCa.CreateRoot("other root");
        await using var other = await EchoServer.StartTlsAsync(otherRoot.IssueServer("127.0.0.1"), _clientRoot);
        var options = new LiveOptions();
        options.Set(Realms("a", "b"));
        await using var services = new TestServices(options.AddTo);
        var load = new CallLoad(new[] { _servers[0], other }.Select(server => new Echo.EchoClient(services.Factory.GetChannel(server.Address))), callers: 8, streams: 0, streamLength: 0);
        await using (load)
        {
            await load.MoreCalls(50);
            for (var number = 1; number <= Reloads && load.Failures.Count == 0; number++)
            {
                options.Set(number % 2 == 0 ? Realms("a", "b") : Realms("b", "a"));
                await load.MoreCalls(10);
            }
        }

        load.Failures.Should().BeEmpty();
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 301 || entry.EventId == 303);

        RealmOptions[] Realms(string first, string second) =>
        [
            Realm(first, _servers[0], tls => tls.OnTrustRemoved = onTrustRemoved),
            Realm(second, other, tls => (tls.OnTrustRemoved, tls.CaFile[0]) = (onTrustRemoved, WriteOnce("other.crt", otherRoot.Pem))),
        ];
    }

    // In turn: another server name, another certificate, another realm name, another drain timeout, and the original realm.
    private RealmOptions Change(RealmOptions realm, int number) => (number % 5) switch
    {
        1 => Realm(realm.Name!, _servers[0], tls => tls.ServerName = "store"),
        2 => Realm(realm.Name!, _servers[0], tls => (tls.CertFile, tls.KeyFile) = Identity("other")),
        3 => Realm("renamed", _servers[0]),
        4 => Realm(realm.Name!, _servers[0], tls => tls.DrainTimeout = TimeSpan.FromMinutes(number)),
        _ => realm,
    };

    private RealmOptions Realm(string name, EchoServer server, Action<TlsOptions>? change = null)
    {
        var tls = new TlsOptions { CaFile = { WriteOnce($"{name}.crt", _serverRoot.Pem) }, RotationJitter = TimeSpan.Zero };
        (tls.CertFile, tls.KeyFile) = Identity(name);
        change?.Invoke(tls);
        return new RealmOptions { Name = name, Endpoints = { server.Address }, TlsConfig = tls };
    }

    private (string CertFile, string KeyFile) Identity(string name)
    {
        if (!File.Exists(_folder[$"{name}/tls.crt"]))
        {
            var client = _clientRoot.IssueClient(name);
            WriteOnce($"{name}/tls.key", client.KeyPem);
            WriteOnce($"{name}/tls.crt", client.ChainPem);
        }

        return (_folder[$"{name}/tls.crt"], _folder[$"{name}/tls.key"]);
    }

    // Older than the quiet period.
    private string WriteOnce(string name, string content)
    {
        if (!File.Exists(_folder[name]))
        {
            File.SetLastWriteTimeUtc(_folder.Write(name, content), new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        return _folder[name];
    }
}
