using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Certificates change while calls are made.</summary>
public sealed class RotationTests
{
    private TempFolder _folder = null!;
    private TestAuthority _authority = null!;
    private TlsOptions _tls = null!;

    [SetUp]
    public void WriteFiles()
    {
        _folder = new TempFolder();
        _authority = TestAuthority.CreateRoot("root");
        _tls = _folder.WriteRealm("eu", _authority, _authority.IssueClient("client-1"));
        _tls.SwapJitter = TimeSpan.Zero;
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task New_calls_present_the_new_certificate_and_running_streams_go_on()
    {
        await using var server = await EchoServer.StartTlsAsync(_authority.IssueServer("127.0.0.1"), _authority);
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Endpoints = { server.Address }, TlsConfig = _tls });
        var client = new Echo.EchoClient(services.Factory.GetChannel(server.Address));
        using var running = client.Duplex();
        await ExchangeAsync(running, "CN=client-1");

        _folder.WriteRealm("eu", _authority, _authority.IssueClient("client-2"));
        (await services.Get<RotatingCertificateProvider>("eu").ReloadAsync()).Generation.Should().Be(2);

        var reply = await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        reply.Peer.Should().Be("CN=client-2");
        await ExchangeAsync(running, "CN=client-1");
        services.Factory.Describe(server.Address).DrainingConnections.Should().Be(1);
        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await server.Closed(1);
        services.Factory.Describe(server.Address).DrainingConnections.Should().Be(0);
    }

    private static async Task ExchangeAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call, string peer)
    {
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();
        (await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeTrue();
        call.ResponseStream.Current.Peer.Should().Be(peer);
    }
}
