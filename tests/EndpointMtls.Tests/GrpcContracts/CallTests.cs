using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.GrpcContracts;

/// <summary>Each kind of call, from the client through Kestrel and back.</summary>
internal sealed class CallTests
{
    private PlainEchoServer _server = null!;

    private Echo.EchoClient Client => _server.Client;

    [OneTimeSetUp]
    public async Task Start() => _server = await PlainEchoServer.StartAsync(options => options.Interceptors.Add<MetadataEcho>());

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task A_unary_call_returns_the_reply()
    {
        using var call = Client.UnaryAsync(new EchoRequest { Text = "hello", Payload = ByteString.CopyFrom(1, 2, 3) });

        var reply = await call.ResponseAsync.WithTimeout();

        reply.Should().Be(new EchoReply { Text = "hello", Payload = ByteString.CopyFrom(1, 2, 3) });
        call.GetStatus().Should().Be(Status.DefaultSuccess);
    }

    [Test]
    public void A_blocking_call_returns_the_reply() =>
        Client.Unary(new EchoRequest { Text = "hello" }, deadline: DateTime.UtcNow.AddSeconds(30)).Text.Should().Be("hello");

    [Test]
    public async Task A_server_stream_is_read_to_its_end()
    {
        using var call = Client.ServerStream(new EchoRequest { Text = "hello", Count = 3 });

        var replies = await call.ResponseStream.ReadAllAsync().ToListAsync().AsTask().WithTimeout();

        replies.Select(reply => reply.Index).Should().Equal(0, 1, 2);
        call.GetStatus().StatusCode.Should().Be(StatusCode.OK);
    }

    [Test]
    public async Task A_client_stream_is_answered_when_it_is_complete()
    {
        using var call = Client.ClientStream();

        await call.RequestStream.WriteAsync(new EchoRequest { Text = "a" }).WithTimeout();
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "b" }, CancellationToken.None).WithTimeout();
        await call.RequestStream.CompleteAsync().WithTimeout();

        (await call.ResponseAsync.WithTimeout()).Should().Be(new EchoReply { Text = "ab", Index = 2 });
    }

    [Test]
    public async Task A_duplex_stream_answers_while_it_is_written()
    {
        using var call = Client.Duplex();

        foreach (var text in new[] { "a", "b" })
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text }).WithTimeout();
            (await call.ResponseStream.MoveNext().WithTimeout()).Should().BeTrue();
            call.ResponseStream.Current.Text.Should().Be(text);
        }

        await call.RequestStream.CompleteAsync().WithTimeout();
        (await call.ResponseStream.MoveNext().WithTimeout()).Should().BeFalse();
    }

    [Test]
    public async Task Headers_and_trailers_come_back()
    {
        var headers = new Metadata { { "Echo-Text", "hello" }, { "echo-bytes-bin", [0, 255] } };
        using var call = Client.UnaryAsync(new EchoRequest(), headers);

        var received = await call.ResponseHeadersAsync.WithTimeout();
        await call.ResponseAsync.WithTimeout();

        foreach (var metadata in new[] { received, call.GetTrailers() })
        {
            metadata.GetValue("echo-text").Should().Be("hello");
            metadata.GetValueBytes("echo-bytes-bin").Should().Equal(0, 255);
        }
    }

    [Test]
    public async Task A_stream_has_headers_and_trailers_too()
    {
        var headers = new Metadata { { "echo-text", "hello" } };
        using var call = Client.ServerStream(new EchoRequest { Count = 1 }, headers);

        (await call.ResponseHeadersAsync.WithTimeout()).GetValue("echo-text").Should().Be("hello");
        await call.ResponseStream.ReadAllAsync().ToListAsync().AsTask().WithTimeout();

        call.GetTrailers().GetValue("echo-text").Should().Be("hello");
    }

    [Test]
    public async Task The_status_of_a_running_call_cannot_be_asked_for()
    {
        using var call = Client.Duplex();
        await call.RequestStream.WriteAsync(new EchoRequest()).WithTimeout();

        Assert.That(() => call.GetStatus(), Throws.InvalidOperationException);
        Assert.That(() => call.GetTrailers(), Throws.InvalidOperationException);
    }

    [Test]
    public void A_failed_call_throws_its_status_and_trailers()
    {
        var headers = new Metadata { { "echo-text", "hello" }, { "fail", "no such store" } };
        using var call = Client.UnaryAsync(new EchoRequest(), headers);

        var exception = Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithTimeout());

        exception.Status.Should().Be(new Status(StatusCode.NotFound, "no such store"));
        exception.Message.Should().Be("""Status(StatusCode="NotFound", Detail="no such store")""");
        exception.Trailers.GetValue("echo-text").Should().Be("hello");
        call.GetStatus().StatusCode.Should().Be(StatusCode.NotFound);
    }

    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task Messages_may_be_compressed(string encoding)
    {
        await using var server = await PlainEchoServer.StartAsync(options => options.ResponseCompressionAlgorithm = encoding);
        var payload = ByteString.CopyFrom(new byte[100_000]);
        var headers = new Metadata { { "grpc-internal-encoding-request", encoding } };
        using var call = server.Client.UnaryAsync(new EchoRequest { Payload = payload }, headers);

        (await call.ResponseAsync.WithTimeout()).Payload.Should().Equal(payload);
    }

    [Test]
    public async Task A_channel_connects_and_closes()
    {
        await using var server = await PlainEchoServer.StartAsync();
        using var channel = GrpcChannel.ForAddress($"http://{server.Channel.Target}");

        await channel.ConnectAsync().WithTimeout();
        channel.State.Should().Be(ConnectivityState.Ready);

        await channel.ShutdownAsync().WithTimeout();
        channel.Dispose();
        channel.State.Should().Be(ConnectivityState.Shutdown);
    }
}
