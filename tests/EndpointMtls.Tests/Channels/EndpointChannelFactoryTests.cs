using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Channels;

/// <summary>Which channel an address gets, what callers may configure, and when channels are disposed.</summary>
public sealed class EndpointChannelFactoryTests
{
    [Test]
    public async Task A_hundred_concurrent_first_calls_get_the_same_channel()
    {
        await using var services = TestServices.With(new RealmOptions { Match = { "*" } });
        var factory = services.Factory;
        using var start = new Barrier(100);

        var threads = Enumerable.Range(0, 100).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return factory.GetChannel("store-1:10901");
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var channels = await Task.WhenAll(threads).WithTimeout();

        channels.Distinct().Should().ContainSingle();
        services.Logs.Entries.Where(entry => entry.EventId == 300).Should().ContainSingle();
    }

    [Test]
    public async Task Spellings_of_one_address_share_its_channel_and_others_do_not()
    {
        await using var services = TestServices.With(new RealmOptions { Match = { "*" } });

        services.Factory.GetChannel("STORE-1.:10901").Should().BeSameAs(services.Factory.GetChannel("store-1:10901"));
        services.Factory.GetChannel("store-1:10902").Should().NotBeSameAs(services.Factory.GetChannel("store-1:10901"));
    }

    [Test]
    public async Task Rejects_an_address_without_a_port()
    {
        await using var services = TestServices.With(new RealmOptions { Match = { "*" } });

        Assert.Throws<FormatException>(() => services.Factory.GetChannel("store-1"))!
            .Message.Should().BeApproved();
    }

    [Test]
    public async Task Disposing_the_container_disposes_the_channels()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        var services = TestServices.With(new RealmOptions { Endpoints = { server.Address } });
        var factory = services.Factory;
        var client = new Echo.EchoClient(factory.GetChannel(server.Address));
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        await services.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());
        Assert.Throws<ObjectDisposedException>(() => factory.GetChannel(server.Address));
        Assert.Throws<ObjectDisposedException>(() => factory.GetChannel("other:1"));
        Assert.Throws<ObjectDisposedException>(() => factory.Describe(server.Address));
        await server.AllClosed();
    }

    [Test]
    public async Task ConfigureChannel_sets_options_of_the_channel()
    {
        await using var adjusted = new TestServices(services => services.AddEndpointMtls(options =>
        {
            options.Realms.Add(new RealmOptions { Match = { "*" } });
            options.ConfigureChannel = (_, channel) => channel.MaxReceiveMessageSize = 1;
        }));
        await using var server = await EchoServer.StartPlaintextAsync();
        var client = new Echo.EchoClient(adjusted.Factory.GetChannel(server.Address));

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest { Text = "long" }).ResponseAsync.WithTimeout());
        failure!.StatusCode.Should().Be(StatusCode.ResourceExhausted);
    }

    private static readonly Action<GrpcChannelOptions>[] TransportSettings =
    [
        channel => channel.Credentials = ChannelCredentials.Insecure,
        channel => channel.HttpHandler = new SocketsHttpHandler(),
        channel => channel.HttpClient = new HttpClient(),
        channel => channel.HttpVersion = new Version(3, 0),
        channel => channel.HttpVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    ];

    [TestCaseSource(nameof(TransportSettings))]
    public async Task ConfigureChannel_must_not_set_the_transport(Action<GrpcChannelOptions> configure)
    {
        await using var services = new TestServices(services => services.AddEndpointMtls(options =>
        {
            options.Realms.Add(new RealmOptions { Match = { "*" } });
            options.ConfigureChannel = (_, channel) => configure(channel);
        }));

        Assert.Throws<InvalidOperationException>(() => services.Factory.GetChannel("a:1"))!
            .Message.Should().Contain("HttpHandler, HttpClient, Credentials, HttpVersion or HttpVersionPolicy");
    }

    [Test]
    [NonParallelizable]
    public async Task Connects_directly_although_a_default_proxy_is_set()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        await using var services = TestServices.With(new RealmOptions { Endpoints = { server.Address } });
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new System.Net.WebProxy("http://127.0.0.1:1");
        try
        {
            await new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Test]
    public async Task Channels_keep_their_connectivity_state()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        await using var services = TestServices.With(new RealmOptions { Endpoints = { server.Address } });
        var channel = services.Factory.GetChannel(server.Address);

        channel.State.Should().Be(ConnectivityState.Idle);
        await channel.ConnectAsync().WithTimeout();
        channel.State.Should().Be(ConnectivityState.Ready);

        // The call uses the connection that ConnectAsync opened.
        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_registered_client_calls_its_address_through_the_shared_channel()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        await using var services = new TestServices(services => services
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { server.Address } }))
            .AddEndpointGrpcClient<Echo.EchoClient>(server.Address));

        foreach (var text in new[] { "one", "two" })
        {
            var reply = await services.Get<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = text }).ResponseAsync.WithTimeout();
            reply.Text.Should().Be(text);
        }

        await new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        server.Connections.Should().Be(1);
    }
}
