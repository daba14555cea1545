using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>What comes right after the handshake tells whether the server took us.</summary>
public sealed class EndpointTlsStreamTests
{
    private readonly List<string> _calls = [];
    private TcpListener _listener = null!;
    private TcpClient _client = null!;
    private TcpClient _accepted = null!;
    private SslStream _server = null!;
    private EndpointTlsStream _stream = null!;

    [SetUp]
    public async Task Connect()
    {
        var root = TestCa.CreateRoot("root");
        _calls.Clear();
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _client = new TcpClient();
        await _client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint).WithTimeout();
        _accepted = await _listener.AcceptTcpClientAsync().WithTimeout();
        _server = new SslStream(_accepted.GetStream());
        _stream = new EndpointTlsStream(new TransportStream(_client.GetStream()));
        await Task.WhenAll(
            _server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = root.IssueServer("localhost").ToContext() }),
            _stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = EchoServer.Trust(root) })).WithTimeout();
        _stream.WatchFirstAnswer(() => _calls.Add("accepted"), exception =>
        {
            _calls.Add("rejected");
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
    public async Task The_first_byte_accepts_and_nothing_rejects_afterwards()
    {
        await _server.WriteAsync(new byte[] { 1 });
        (await ReadAsync()).Should().Be(1);

        await CloseServerAsync();

        (await ReadAsync()).Should().Be(0);
        _calls.Should().Equal("accepted");
    }

    [Test]
    public async Task An_end_before_the_first_byte_rejects_once_and_every_operation_says_so()
    {
        await CloseServerAsync();

        (await Assert.ThrowsAsync<IOException>(ReadAsync))!.Message.Should().Be("rejected");
        await _stream.DisposeAsync();
        (await Assert.ThrowsAsync<IOException>(ReadAsync))!.Message.Should().Be("rejected");
        (await Assert.ThrowsAsync<IOException>(WriteAsync))!.Message.Should().Be("rejected");
        _calls.Should().Equal("rejected");
    }

    [Test]
    public async Task A_reset_before_the_first_byte_rejects()
    {
        _accepted.Client.LingerState = new LingerOption(true, 0);
        _accepted.Client.Close();

        (await Assert.ThrowsAsync<IOException>(ReadAsync))!.Message.Should().Be("rejected");
    }

    [Test]
    public async Task A_stream_that_we_dispose_was_not_rejected()
    {
        var reading = ReadAsync();

        await _stream.DisposeAsync();

        await Assert.CatchAsync(() => reading);
        await Assert.CatchAsync<ObjectDisposedException>(WriteAsync);
        _calls.Should().BeEmpty();
    }

    [Test]
    public async Task A_read_of_nothing_decides_nothing()
    {
        await _server.WriteAsync(new byte[] { 1 });

        (await _stream.ReadAsync(Memory<byte>.Empty).AsTask().WithTimeout()).Should().Be(0);

        _calls.Should().BeEmpty();
    }

    private Task<int> ReadAsync() => _stream.ReadAsync(new byte[1]).AsTask().WithTimeout();

    private Task WriteAsync() => _stream.WriteAsync(new byte[] { 1 }).AsTask().WithTimeout();

    private async Task CloseServerAsync()
    {
        await _server.ShutdownAsync();
        _accepted.Client.Shutdown(SocketShutdown.Send);
    }
}
