using System.Net.Security;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Soak;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>The root CA of the servers is replaced under load.</summary>
public sealed class RootRolloverTests
{
    private TempFolder _folder = null!;
    private TestCa _clientRoot = null!;
    private TestCa _oldRoot = null!;
    private TestCa _newRoot = null!;
    private TlsOptions _tls = null!;
    private EchoServer _server = null!;
    private TestServices _services = null!;
    private RotatingCertificateProvider _provider = null!;
    private volatile SslServerAuthenticationOptions _serverOptions = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _clientRoot = TestCa.CreateRoot("client root");
        (_oldRoot, _newRoot) = (TestCa.CreateRoot("old root"), TestCa.CreateRoot("new root"));
        _tls = _folder.WriteRealm("eu", _oldRoot, _clientRoot.IssueClient("client"));
        _tls.RotationJitter = TimeSpan.Zero;
        MoveServerTo(_oldRoot);
        _server = await EchoServer.StartTlsAsync(() => _serverOptions);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Trusting_both_roots_until_the_servers_have_changed_fails_no_call()
    {
        await using var load = Load();
        await load.MoreCalls(100);

        await TrustAsync(_oldRoot, _newRoot);
        await load.MoreCalls(100);
        MoveServerTo(_newRoot);
        await ReconnectAsync(load);
        await TrustAsync(_newRoot);
        await ReconnectAsync(load);

        await load.StopAsync();
        load.Failures.Should().BeEmpty();
        _services.Factory.Describe(_server.Address).LastConnection!.Tls!.Generation.Should().BeGreaterThanOrEqualTo(3);
        _provider.Describe().Anchors.Select(anchor => anchor.Subject).Should().Equal("CN=new root");
    }

    [Test]
    public async Task Removing_the_old_root_before_the_servers_have_changed_fails_calls_until_they_have()
    {
        await using (var load = Load())
        {
            await load.MoreCalls(100);
            await TrustAsync(_oldRoot, _newRoot);

            // A connection attempt before the removal would still succeed: wait until there is none.
            await ReconnectAsync(load);
            await load.StopAsync();
            load.Failures.Should().BeEmpty();
        }

        await TrustAsync(_newRoot);
        var failure = (await Assert.ThrowsAsync<RpcException>(() => Client().UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()))!;
        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.UntrustedRoot);

        MoveServerTo(_newRoot);
        await Client().UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
    }

    [Test]
    public async Task With_an_overlap_removing_the_old_root_too_early_fails_no_call()
    {
        _tls.CaOverlap = TimeSpan.FromHours(1);
        await using var load = Load();
        await load.MoreCalls(100);

        await TrustAsync(_newRoot);
        await ReconnectAsync(load);
        MoveServerTo(_newRoot);
        await ReconnectAsync(load);

        await load.StopAsync();
        load.Failures.Should().BeEmpty();
        _provider.Describe().Anchors.Should().SatisfyRespectively(
            anchor => anchor.Should().Match<CertificateDescription>(x => x.Subject == "CN=new root" && x.TrustedUntil == null),
            anchor => anchor.Should().Match<CertificateDescription>(x => x.Subject == "CN=old root" && x.TrustedUntil != null));
    }

    private CallLoad Load()
    {
        _services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { _server.Address }, TlsConfig = _tls });
        _provider = _services.Get<RotatingCertificateProvider>("eu");
        return new CallLoad([Client()], callers: 8, streams: 2, streamLength: 20);
    }

    private Echo.EchoClient Client() => new(_services.Factory.GetChannel(_server.Address));

    private void MoveServerTo(TestCa root) => _serverOptions = EchoServer.CreateOptions(root.IssueServer("127.0.0.1"), _clientRoot);

    private async Task TrustAsync(params TestCa[] roots)
    {
        _folder.Write("eu/ca.crt", string.Concat(roots.Select(root => root.Pem + "\n")));
        (await _provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
    }

    /// <summary>Makes the channel reconnect by a rotation of the client certificate, and waits until calls use the new connection.</summary>
    private async Task ReconnectAsync(CallLoad load)
    {
        var client = _clientRoot.IssueClient($"client {Guid.NewGuid()}");
        _folder.Write("eu/tls.crt", client.ChainPem);
        _folder.Write("eu/tls.key", client.KeyPem);
        (await _provider.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
        while (!load.Peers.Contains(client.Subject) && load.Failures.Count == 0)
        {
            await load.MoreCalls(1);
        }
    }
}
