using System.Net;
using System.Net.Sockets;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Calls whose new connection the server closes before it can have processed them, as servers and proxies do on a reload.</summary>
public sealed class RedialTests : ConnectionFailureFixture
{
    private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static readonly Dictionary<string, Func<Stream, Task>> Closings = new()
    {
        ["at once"] = _ => Task.CompletedTask,
        ["after the preface"] = async stream => await stream.ReadExactlyAsync(new byte[24]),
        ["after settings and GOAWAY"] = async stream => await stream.WriteAsync(RawPeer.Settings.Concat(GoAway).ToArray()),
        ["after GOAWAY and a pause"] = async stream =>
        {
            await stream.WriteAsync(RawPeer.Settings.Concat(GoAway).ToArray());
            _ = await stream.ReadAsync(new byte[1024]);
            _ = await stream.ReadAsync(new byte[1024]);
        },
        ["after the preface and GOAWAY"] = async stream =>
        {
            await stream.ReadExactlyAsync(new byte[24]);
            await stream.WriteAsync(RawPeer.Settings.Concat(GoAway).ToArray());
        },
    };

    public static IEnumerable<string> Names => Closings.Keys;

    [TestCaseSource(nameof(Names))]
    public async Task A_call_succeeds_although_the_server_closes_its_first_connection(string closing)
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("127.0.0.1"));
        var connections = 0;
        using var proxy = new RawPeer(stream => Interlocked.Increment(ref connections) == 1
            ? CloseAsync(stream, Closings[closing])
            : ForwardAsync(stream, server.Address));
        await using var services = ServicesFor(proxy.Address, withCertificate: true);
        var client = new Echo.EchoClient(services.Factory.GetChannel(proxy.Address));

        (await client.UnaryAsync(new EchoRequest { Text = "hello" }).ResponseAsync.WithTimeout()).Text.Should().Be("hello");

        connections.Should().Be(2);
        services.Factory.Describe(proxy.Address).LastFailure.Should().BeNull();
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 301);
    }

    [Test]
    public async Task A_client_stream_succeeds_although_the_server_closes_its_first_connection()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("127.0.0.1"));
        var connections = 0;
        using var proxy = new RawPeer(stream => Interlocked.Increment(ref connections) == 1
            ? CloseAsync(stream, Closings["after the preface"])
            : ForwardAsync(stream, server.Address));
        await using var services = ServicesFor(proxy.Address, withCertificate: true);
        using var call = new Echo.EchoClient(services.Factory.GetChannel(proxy.Address)).ClientStream();

        await call.RequestStream.WriteAsync(new EchoRequest());
        await call.RequestStream.WriteAsync(new EchoRequest());
        await call.RequestStream.CompleteAsync();

        (await call.ResponseAsync.WithTimeout()).Index.Should().Be(2);
    }

    [Test]
    public async Task A_call_is_sent_once_more_only()
    {
        var connections = 0;
        using var peer = new RawPeer(stream =>
        {
            Interlocked.Increment(ref connections);
            return CloseAsync(stream, Closings["after the preface"]);
        });

        (await FailAsync(peer)).Reason.Should().Be(ConnectionFailureReason.ClosedAfterHandshake);

        connections.Should().Be(2);
    }

    [Test]
    public async Task A_request_that_was_sent_is_not_sent_again()
    {
        var connections = 0;
        using var peer = new RawPeer(async stream =>
        {
            Interlocked.Increment(ref connections);
            await CloseAsync(stream, async tls =>
            {
                await tls.WriteAsync(RawPeer.Settings);
                await RawPeer.ReadRequestAsync(tls);
            });
        });
        await using var services = ServicesFor(peer.Address, withCertificate: true);
        var client = new Echo.EchoClient(services.Factory.GetChannel(peer.Address));

        await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        connections.Should().Be(1);
    }

    private static async Task CloseAsync(Stream stream, Func<Stream, Task> close)
    {
        await using var tls = await AuthenticateAsync(stream);
        await close(tls);
    }

    private static async Task ForwardAsync(Stream stream, string address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(address));
        await Task.WhenAny(stream.CopyToAsync(client.GetStream()), client.GetStream().CopyToAsync(stream));
    }
}
