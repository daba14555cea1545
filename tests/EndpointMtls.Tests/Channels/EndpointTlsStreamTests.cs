using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>How single reads and writes detect that the server rejects the connection after the handshake.</summary>
/// <remarks>ServerBehaviourTests and ConnectionFailureTests show what callers see.</remarks>
public sealed class EndpointTlsStreamTests
{
    private readonly List<string> _callbacks = [];
    private TcpListener _listener = null!;
    private TcpClient _client = null!;
    private TcpClient _accepted = null!;
    private SslStream _server = null!;
    private EndpointTlsStream _stream = null!;

    [SetUp]
    public async Task Connect()
    {
        var root = TestCa.CreateRoot("root");
        _callbacks.Clear();
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _client = new TcpClient();
        await _client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint).WithTimeout();
        _accepted = await _listener.AcceptTcpClientAsync().WithTimeout();
        _server = new SslStream(_accepted.GetStream());
        var transport = new TransportStream(_client.GetStream(), TimeProvider.System);
        _stream = new EndpointTlsStream(transport);
        await Task.WhenAll(
            _server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = root.IssueServer("localhost").ToContext() }),
            _stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = EchoServer.Trust(root) })).WithTimeout();
        _stream.Opening = new ConnectionOpening(
            transport,
            TimeSpan.FromSeconds(20),
            TimeProvider.System,
            _ =>
            {
                _callbacks.Add("opened");
                return null;
            },
            exception =>
            {
                _callbacks.Add("failed");
                return new IOException("rejected", exception);
            });
    }

    [TearDown]
    public async Task Disconnect()
    {
        await _stream.DisposeAsync();
        await _server.DisposeAsync();
        _client.Dispose();
        _accepted.Dispose();
        _listener.Dispose();
    }

    [Test]
    public async Task After_a_close_before_the_first_byte_every_operation_throws_the_same_rejection()
    {
        await _server.ShutdownAsync();
        _accepted.Client.Shutdown(SocketShutdown.Send);

        var rejection = await Assert.ThrowsAsync<IOException>(ReadAsync);
        rejection!.Message.Should().Be("rejected");
        await _stream.DisposeAsync();
        (await Assert.ThrowsAsync<IOException>(ReadAsync)).Should().BeSameAs(rejection);
        (await Assert.ThrowsAsync<IOException>(WriteAsync)).Should().BeSameAs(rejection);
        _callbacks.Should().Equal("failed");
    }

    [Test]
    public async Task Disposal_before_the_first_byte_is_no_rejection()
    {
        var reading = ReadAsync();

        await _stream.DisposeAsync();

        await Assert.CatchAsync(() => reading);
        await Assert.CatchAsync(WriteAsync);
        _callbacks.Should().BeEmpty();
    }

    [Test]
    public async Task A_zero_byte_read_invokes_no_callback()
    {
        await _server.WriteAsync(new byte[] { 1 });

        (await _stream.ReadAsync(Memory<byte>.Empty).AsTask().WithTimeout()).Should().Be(0);

        _callbacks.Should().BeEmpty();
    }

    private Task<int> ReadAsync() => _stream.ReadAsync(new byte[1]).AsTask().WithTimeout();

    private Task WriteAsync() => _stream.WriteAsync(new byte[] { 1 }).AsTask().WithTimeout();
}
