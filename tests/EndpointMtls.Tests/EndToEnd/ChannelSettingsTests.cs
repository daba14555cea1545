using EndpointMtls.Channels;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>The settings of channels that a realm has, in secured and plaintext realms, and what a reload does with them.</summary>
public sealed class ChannelSettingsTests : ConfigurationFixture
{
    [Test]
    public async Task A_realm_limits_the_size_of_messages_in_both_directions()
    {
        Source.Set(WithSettings(realm => (realm.MaxSendMessageSize, realm.MaxReceiveMessageSize) = (100, 50)));

        (await StatusOfAsync(textLength: 10)).Should().Be(StatusCode.OK);
        (await StatusOfAsync(textLength: 70)).Should().Be(StatusCode.ResourceExhausted, "the response is too large");
        (await FailureOfAsync(textLength: 150)).Status.Detail.Should().Contain("Sending message exceeds the maximum");
    }

    [Test]
    public async Task A_changed_message_size_closes_the_channel_and_the_next_one_has_it()
    {
        var before = Channel;
        await CallAsync(before);

        Source.Set(WithSettings(realm => realm.MaxReceiveMessageSize = 1));

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(before));
        EndpointConnectionException.ReasonOf(failure!).Should().Be(ConnectionFailureReason.RealmRemoved);
        failure!.Status.Detail.Should().Contain("'max_send_message_size' or 'max_receive_message_size'");
        Channel.Should().NotBeSameAs(before);
        (await StatusOfAsync(textLength: 10)).Should().Be(StatusCode.ResourceExhausted);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_changed_idle_timeout_replaces_the_connections_while_running_calls_finish(bool isPlaintext)
    {
        await using var plaintext = await EchoServer.StartPlaintextAsync();
        var server = isPlaintext ? plaintext : Server;
        Source.Set(Settings(null));
        var channel = Services.Factory.GetChannel(server.Address);
        await CallAsync(channel);
        using var running = new Echo.EchoClient(channel).Duplex();
        await ExchangeAsync(running);

        Source.Set(Settings(TimeSpan.FromHours(1)));
        Source.Set(Settings(TimeSpan.FromHours(1)));
        await CallAsync(channel);
        await ExchangeAsync(running);

        server.Connections.Should().Be(2);
        Services.Factory.GetChannel(server.Address).Should().BeSameAs(channel);

        RealmOptions Settings(TimeSpan? idleTimeout)
        {
            var realm = isPlaintext ? Plain("eu", plaintext.Address) : Realm("eu");
            realm.IdleTimeout = idleTimeout;
            return realm;
        }
    }

    [Test]
    public async Task A_connection_without_calls_closes_after_the_idle_timeout()
    {
        Source.Set(WithSettings(realm => realm.IdleTimeout = TimeSpan.FromSeconds(1)));

        await CallAsync(Channel);

        await Server.AllClosed();
    }

    [Test]
    public void A_handler_has_the_defaults_of_a_realm()
    {
        using var handler = SocketsHttpHandlerFactory.Create(TimeSpan.FromSeconds(1), ChannelDefinition.Default, ChannelDefinition.Default.KeepaliveTime);

        handler.PooledConnectionIdleTimeout.Should().Be(TimeSpan.FromMinutes(30));
        handler.KeepAlivePingDelay.Should().Be(TimeSpan.FromMinutes(5));
        handler.KeepAlivePingPolicy.Should().Be(HttpKeepAlivePingPolicy.WithActiveRequests);
    }

    [Test]
    public void A_handler_has_the_settings_of_its_realm()
    {
        var settings = new ChannelDefinition(new RealmOptions { KeepaliveTime = null, KeepaliveWithoutCalls = true, IdleTimeout = null });
        using var handler = SocketsHttpHandlerFactory.Create(TimeSpan.FromSeconds(1), settings, settings.KeepaliveTime);

        handler.PooledConnectionIdleTimeout.Should().Be(Timeout.InfiniteTimeSpan);
        handler.KeepAlivePingDelay.Should().Be(Timeout.InfiniteTimeSpan);
        handler.KeepAlivePingPolicy.Should().Be(HttpKeepAlivePingPolicy.Always);
    }

    [Test]
    public async Task ConfigureChannel_knows_address_and_realm_and_may_replace_the_settings_of_the_realm()
    {
        var seen = new List<(string, string, int?)>();
        await using var services = new TestServices(services => services.AddEndpointMtls(options =>
        {
            options.Realms.Add(new RealmOptions { Name = "plain", Match = { "*" }, MaxReceiveMessageSize = 1 });
            options.ConfigureChannel = (endpoint, channel) =>
            {
                seen.Add((endpoint.Address, endpoint.Realm, channel.MaxReceiveMessageSize));
                channel.MaxReceiveMessageSize = null;
            };
        }));
        await using var server = await EchoServer.StartPlaintextAsync();

        await CallAsync(services.Factory.GetChannel(server.Address));

        seen.Should().Equal((server.Address, "plain", (int?)1));
    }

    private RealmOptions WithSettings(Action<RealmOptions> change)
    {
        var realm = Realm("eu");
        change(realm);
        return realm;
    }

    private async Task<StatusCode> StatusOfAsync(int textLength)
    {
        try
        {
            await new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest { Text = new string('a', textLength) }).ResponseAsync.WithTimeout();
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    private async Task<RpcException> FailureOfAsync(int textLength) => (await Assert.ThrowsAsync<RpcException>(
        () => new Echo.EchoClient(Channel).UnaryAsync(new EchoRequest { Text = new string('a', textLength) }).ResponseAsync.WithTimeout()))!;
}
