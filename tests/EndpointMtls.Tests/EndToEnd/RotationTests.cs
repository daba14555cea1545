using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A rotation, as the calls of one channel see it.</summary>
public sealed class RotationTests : RotationFixture
{
    [Test]
    public async Task New_calls_present_the_new_certificate_and_running_streams_finish_on_the_old()
    {
        Start();
        using var running = Client.Duplex();
        (await ExchangeAsync(running)).Should().Be("CN=client-1");

        await PresentAsync("client-2");

        (await CallAsync()).Should().Be("CN=client-2");
        (await ExchangeAsync(running)).Should().Be("CN=client-1");
        var description = Services.Factory.Describe(Server.Address);
        description.DrainingConnections.Should().Be(1);
        description.LastConnection!.Tls.Should().BeEquivalentTo(new { Generation = 2, LocalSubject = "CN=client-2" });

        await running.RequestStream.CompleteAsync();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        await Server.Closed(1);
        await UntilDrained();
    }

    [Test]
    public async Task A_channel_without_calls_moves_with_its_next_call()
    {
        Start();
        await CallAsync();

        await PresentAsync("client-2");
        await PresentAsync("client-3");

        (await CallAsync()).Should().Be("CN=client-3");
        await Server.Closed(1);
        Server.Connections.Should().Be(2);
    }

    [Test]
    public async Task A_channel_that_never_connected_does_so_with_what_is_in_use_then()
    {
        Start();
        Services.Factory.GetChannel(Server.Address);

        await PresentAsync("client-2");

        (await CallAsync()).Should().Be("CN=client-2");
        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task The_bundle_alone_is_enough()
    {
        Start();
        await CallAsync();

        await TrustAsync(ServerRoot, TestCa.CreateRoot("another"));
        await CallAsync();

        await Server.Closed(1);
        Services.Factory.Describe(Server.Address).LastConnection!.Tls!.Generation.Should().Be(2);
    }

    [Test]
    public async Task What_has_not_changed_moves_nothing()
    {
        Start();
        await CallAsync();

        await TrustAsync(ServerRoot);
        await CallAsync();

        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_handshake_that_a_rotation_overtakes_is_made_once_more()
    {
        var newRoot = TestCa.CreateRoot("new root");
        var overtaken = 0;
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            // The client has sent its hello, and will check our answer by the bundle it had then.
            if (Interlocked.Increment(ref overtaken) == 1)
            {
                TrustAsync(newRoot).GetAwaiter().GetResult();
            }

            return EchoServer.CreateOptions(newRoot.IssueServer("127.0.0.1"), ClientRoot);
        });
        Start(server.Address);

        await new Protos.Echo.EchoClient(Services.Factory.GetChannel(server.Address)).UnaryAsync(new()).ResponseAsync.WithTimeout();

        overtaken.Should().Be(2);
        Services.Logs.Entries.Where(entry => entry.EventId == 301).Should().BeEmpty();
        await server.Closed(1);
    }

    [Test]
    public async Task Every_channel_of_the_realm_moves()
    {
        await using var second = await EchoServer.StartTlsAsync(() => ServerOptions);
        Start(second.Address);
        await CallAsync();
        var client = new Protos.Echo.EchoClient(Services.Factory.GetChannel(second.Address));
        await client.UnaryAsync(new()).ResponseAsync.WithTimeout();

        await PresentAsync("client-2");

        (await CallAsync()).Should().Be("CN=client-2");
        (await client.UnaryAsync(new()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-2");
    }

    [Test]
    public async Task Channels_wait_for_a_moment_of_their_own_within_the_jitter_and_move_once()
    {
        Tls.RotationJitter = TimeSpan.FromMinutes(1);
        Tls.CheckInterval = TimeSpan.FromHours(1);
        Start();
        await CallAsync();

        await PresentAsync("client-2");
        await PresentAsync("client-3");
        (await CallAsync()).Should().Be("CN=client-1");

        Time.Advance(TimeSpan.FromMinutes(1));
        (await CallAsync()).Should().Be("CN=client-3");
        await Server.Closed(1);
        Server.Connections.Should().Be(2);

        await PresentAsync("client-4");
        Time.Advance(TimeSpan.FromMinutes(1));
        (await CallAsync()).Should().Be("CN=client-4");
    }
}
