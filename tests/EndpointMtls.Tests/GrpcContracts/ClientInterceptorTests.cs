using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace EndpointMtls.Tests.GrpcContracts;

internal sealed class ClientInterceptorTests
{
    private PlainEchoServer _server = null!;

    [OneTimeSetUp]
    public async Task Start() => _server = await PlainEchoServer.StartAsync(
        options => options.Interceptors.Add<MetadataEcho>(),
        new GrpcChannelOptions { UnsafeUseInsecureChannelCallCredentials = true });

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task An_interceptor_sees_every_kind_of_call()
    {
        var seen = new List<string>();
        var client = new Echo.EchoClient(_server.Channel.Intercept(new Recorder("it", seen)));

        client.Unary(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(30));
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        await client.ServerStream(new EchoRequest { Count = 1 }).ResponseStream.MoveNext().WithTimeout();
        using var clientStream = client.ClientStream();
        using var duplex = client.Duplex();

        seen.Should().Equal(
            "it: blocking /endpoint_mtls.tests.Echo/Unary",
            "it: Unary /endpoint_mtls.tests.Echo/Unary",
            "it: ServerStreaming /endpoint_mtls.tests.Echo/ServerStream",
            "it: ClientStreaming /endpoint_mtls.tests.Echo/ClientStream",
            "it: DuplexStreaming /endpoint_mtls.tests.Echo/Duplex");
    }

    [Test]
    public async Task Interceptors_see_a_call_in_the_order_given()
    {
        var seen = new List<string>();
        var invoker = _server.Channel.CreateCallInvoker().Intercept(new Recorder("a", seen), new Recorder("b", seen));

        await new Echo.EchoClient(invoker).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        seen.Select(line => line[0]).Should().Equal('a', 'b');
    }

    [Test]
    public async Task The_interceptor_added_last_sees_a_call_first()
    {
        var seen = new List<string>();
        var invoker = _server.Channel.Intercept(new Recorder("a", seen)).Intercept(new Recorder("b", seen));

        await new Echo.EchoClient(invoker).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        seen.Select(line => line[0]).Should().Equal('b', 'a');
    }

    [Test]
    public async Task A_function_may_replace_the_headers()
    {
        var client = new Echo.EchoClient(_server.Channel.Intercept(_ => new Metadata { { "echo-text", "hello" } }));
        using var call = client.UnaryAsync(new EchoRequest());

        (await call.ResponseHeadersAsync.WithTimeout()).GetValue("echo-text").Should().Be("hello");
    }

    [Test]
    public async Task Credentials_of_a_call_add_headers()
    {
        AuthInterceptorContext? seen = null;
        var credentials = CallCredentials.Compose(
            CallCredentials.FromInterceptor((context, metadata) =>
            {
                seen = context;
                metadata.Add("echo-first", "1");
                return Task.CompletedTask;
            }),
            Adds("echo-second", "2"));
        using var call = _server.Client.UnaryAsync(new EchoRequest(), new CallOptions(credentials: credentials));

        var headers = await call.ResponseHeadersAsync.WithTimeout();

        headers.GetValue("echo-first").Should().Be("1");
        headers.GetValue("echo-second").Should().Be("2");
        seen!.MethodName.Should().Be("Unary");
        seen.ServiceUrl.Should().EndWith("/endpoint_mtls.tests.Echo");
    }

    [Test]
    public void Credentials_of_calls_combine_with_those_of_a_secure_channel()
    {
        var credentials = Adds("echo-text", "hello");

        Assert.That(() => ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials), Throws.Nothing);
        Assert.That(() => ChannelCredentials.Create(ChannelCredentials.SecureSsl, null!), Throws.ArgumentNullException);
        Assert.That(() => ChannelCredentials.Create(null!, credentials), Throws.ArgumentNullException);
    }

    [Test]
    public void A_client_without_a_channel_can_only_be_faked() =>
        Assert.That(() => new FakeableClient().UnaryAsync(new EchoRequest()), Throws.TypeOf<NotImplementedException>());

    private static CallCredentials Adds(string key, string value) =>
        CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add(key, value);
            return Task.CompletedTask;
        });

    private sealed class FakeableClient : Echo.EchoClient;
}
