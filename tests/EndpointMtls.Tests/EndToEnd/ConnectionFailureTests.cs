using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Which failures are reported, and with which reason.</summary>
public sealed class ConnectionFailureTests : ConnectionFailureFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task Disposal_during_a_connection_attempt_is_not_reported_as_a_failure(bool afterTheHandshake)
    {
        var handshaken = new TaskCompletionSource();
        using var peer = new RawPeer(async network =>
        {
            Stream stream = network;
            if (afterTheHandshake)
            {
                var tls = new SslStream(network);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext(),
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                });
                stream = tls;
            }

            _ = await stream.ReadAsync(new byte[8192]);
            handshaken.SetResult();
            await stream.CopyToAsync(Stream.Null);
        });
        var services = ServicesFor(peer.Address, withCertificate: true);
        var calling = new Echo.EchoClient(services.Factory.GetChannel(peer.Address)).UnaryAsync(new EchoRequest()).ResponseAsync;
        await handshaken.Task.WithTimeout();

        await services.DisposeAsync();

        await Assert.CatchAsync<RpcException>(() => calling.WithTimeout());
        await peer.Ended.WithTimeout();
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 301);
    }

    [Test]
    public async Task A_refused_TCP_connection_has_the_reason_Refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        await using var services = TestServices.With(new RealmOptions { Endpoints = { address } });
        var client = new Echo.EchoClient(services.Factory.GetChannel(address));

        var exception = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        EndpointConnectionException.ReasonOf(exception!).Should().Be(ConnectionFailureReason.Refused);
    }

    [TestCase(SocketError.HostNotFound, ConnectionFailureReason.NameNotResolved)]
    [TestCase(SocketError.NoData, ConnectionFailureReason.NameNotResolved)]
    [TestCase(SocketError.TryAgain, ConnectionFailureReason.NameNotResolved)]
    [TestCase(SocketError.HostUnreachable, ConnectionFailureReason.Unreachable)]
    public void A_socket_error_inside_another_exception_has_its_reason(SocketError error, ConnectionFailureReason reason)
    {
        var cause = new HttpRequestException("no", new SocketException((int)error));

        EndpointConnectionException.ReasonOf(cause).Should().Be(reason);
        EndpointConnectionException.ReasonOf(new RpcException(new Status(StatusCode.Unavailable, "no", cause))).Should().Be(reason);
        EndpointConnectionException.Find(cause).Should().BeNull();
    }

    [Test]
    public void A_timeout_has_the_reason_Unreachable() =>
        EndpointConnectionException.ReasonOf(new RpcException(new Status(StatusCode.Unavailable, "no", new TimeoutException()))).Should().Be(ConnectionFailureReason.Unreachable);

    [Test]
    public void Other_exceptions_have_no_reason()
    {
        EndpointConnectionException.ReasonOf(new RpcException(new Status(StatusCode.NotFound, "no"))).Should().BeNull();
        EndpointConnectionException.ReasonOf(new InvalidOperationException()).Should().BeNull();
    }

    [Test]
    public async Task Each_new_reason_and_the_recovery_are_logged_once()
    {
        var current = EchoServer.CreateOptions(Root.IssueServer("other.name"));
        await using var server = await EchoServer.StartTlsAsync(() => current);
        await using var services = ServicesFor(server.Address, withCertificate: true);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await FailAsync(services, server.Address);
        }

        current = EchoServer.CreateOptions(Root.Issue("old", ["127.0.0.1"], TestCa.ServerAuthentication, notAfter: Now.AddDays(-1)));
        await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());
        current = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        await new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        services.Logs.Entries.Where(entry => entry.EventId is 301 or 302).Select(entry => entry.EventId).Should().Equal(301, 301, 302);
        services.Factory.Describe(server.Address).Should().BeEquivalentTo(new { LastFailure = (object?)null, LastConnection = new { Tls = new { PeerSubject = "CN=server 127.0.0.1" } } });
    }
}
