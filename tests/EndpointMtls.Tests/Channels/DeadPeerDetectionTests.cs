using System.Net;
using System.Net.Sockets;
using EndpointMtls.Channels;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.Channels;

/// <summary>The options by which the operating system finds a peer that vanished.</summary>
public sealed class DeadPeerDetectionTests
{
    [Test]
    public async Task A_socket_that_the_library_dials_has_the_options()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        var endPoint = new DnsEndPoint("127.0.0.1", server.Port);
        Stream? dialled = null;

        var (stream, _) = await TestConnector.Create(server.Port).ConnectAsync(
            endPoint, async token => dialled = await SocketDialler.OpenTcpAsync(endPoint, token), CancellationToken.None);

        await using (stream)
        {
            HasOptions(((NetworkStream)dialled!).Socket);
        }
    }

    [Test]
    public async Task A_socket_that_the_channel_dials_has_the_options()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        using var handler = new TemplateHandler();
        using var channel = GrpcChannel.ForAddress($"http://{server.Address}", new GrpcChannelOptions { HttpHandler = handler });

        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        handler.Stream.Should().NotBeOfType<NetworkStream>("Grpc.Net.Client wraps the stream of its socket");
        HasOptions(DeadPeerDetection.FindSocket(handler.Stream!)!);
    }

    [Test]
    public async Task A_stream_without_a_TCP_socket_stays_as_it_is()
    {
        await using var stream = new MemoryStream();

        DeadPeerDetection.Enable(stream).Should().BeSameAs(stream);
        DeadPeerDetection.FindSocket(stream).Should().BeNull();
    }

    private static void HasOptions(Socket socket)
    {
        Get(SocketOptionLevel.Socket, SocketOptionName.KeepAlive).Should().NotBe(0);
        Get(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime).Should().Be(10);
        Get(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval).Should().Be(5);
        Get(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount).Should().Be(3);
        if (OperatingSystem.IsLinux())
        {
            var userTimeout = new byte[4];
            socket.GetRawSocketOption(6, 18, userTimeout);
            BitConverter.ToInt32(userTimeout).Should().Be(20_000);
        }

        int Get(SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)!;
    }

    /// <summary>Dials through the callback that Grpc.Net.Client sets on the template, as a channel of the library does.</summary>
    private sealed class TemplateHandler : DelegatingHandler
    {
        private readonly HttpMessageInvoker _invoker;

        public TemplateHandler()
        {
            var template = new SocketsHttpHandler();
            InnerHandler = template;
            _invoker = new HttpMessageInvoker(new SocketsHttpHandler
            {
                ConnectCallback = async (context, token) => Stream = DeadPeerDetection.Enable(await template.ConnectCallback!(context, token)),
            });
        }

        public Stream? Stream { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _invoker.Dispose();
            base.Dispose(disposing);
        }
    }
}
