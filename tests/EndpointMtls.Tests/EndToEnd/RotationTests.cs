using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>What the calls of a channel see of a rotation.</summary>
public sealed class RotationTests : RotationFixture
{
    [Test]
    public async Task New_calls_present_the_new_certificate_and_running_streams_finish_on_the_old()
    {
        Start();
        using var running = Client.Duplex();
        (await ExchangeAsync(running)).Should().Be("CN=client-1");

        await PresentAsync("client-2");

        await UntilPresents("client-2");
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
    public async Task An_idle_channel_switches_without_a_call()
    {
        Start();
        await CallAsync();

        await PresentAsync("client-2");

        await UntilRotated();
        await Server.Closed(1);
        Server.Connections.Should().Be(2);
        (await CallAsync()).Should().Be("CN=client-2");
        Server.Connections.Should().Be(2);
    }

    [Test]
    public async Task A_channel_without_connections_makes_the_first_one_with_the_current_certificate()
    {
        Start();
        Services.Factory.GetChannel(Server.Address);

        await PresentAsync("client-2");

        (await CallAsync()).Should().Be("CN=client-2");
        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_change_of_the_bundle_alone_rotates()
    {
        Start();
        await CallAsync();

        await TrustAsync(ServerRoot, TestCa.CreateRoot("another"));

        await Server.Closed(1);
        Services.Factory.Describe(Server.Address).LastConnection!.Tls!.Generation.Should().Be(2);
    }

    [Test]
    public async Task Unchanged_files_rotate_nothing()
    {
        Start();
        await CallAsync();

        await TrustAsync(ServerRoot);
        await CallAsync();

        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_handshake_that_fails_during_a_rotation_is_retried_once()
    {
        var newRoot = TestCa.CreateRoot("new root");
        var handshakes = 0;
        await using var server = await EchoServer.StartTlsAsync(() =>
        {
            // The client has sent its hello, and verifies the server by the bundle of that time.
            if (Interlocked.Increment(ref handshakes) == 1)
            {
                TrustAsync(newRoot).GetAwaiter().GetResult();
            }

            return EchoServer.CreateOptions(newRoot.IssueServer("127.0.0.1"), ClientRoot);
        });
        Start(server.Address);

        await new Protos.Echo.EchoClient(Services.Factory.GetChannel(server.Address)).UnaryAsync(new()).ResponseAsync.WithTimeout();

        handshakes.Should().Be(2);
        Services.Logs.Entries.Where(entry => entry.EventId == 301).Should().BeEmpty();
        await server.Closed(1);
    }

    [Test]
    public async Task Every_channel_of_the_realm_switches()
    {
        await using var second = await EchoServer.StartTlsAsync(() => ServerOptions);
        Start(second.Address);
        await CallAsync();
        var client = new Protos.Echo.EchoClient(Services.Factory.GetChannel(second.Address));
        await client.UnaryAsync(new()).ResponseAsync.WithTimeout();

        await PresentAsync("client-2");

        await UntilPresents("client-2");
        await client.UntilPresents("CN=client-2");
    }

    [Test]
    public async Task A_channel_switches_once_within_the_jitter()
    {
        Tls.RotationJitter = TimeSpan.FromMinutes(1);
        Tls.CheckInterval = TimeSpan.FromHours(1);
        Start();
        await CallAsync();

        await PresentAsync("client-2");
        await PresentAsync("client-3");
        (await CallAsync()).Should().Be("CN=client-1");

        Time.Advance(TimeSpan.FromMinutes(1));
        await UntilPresents("client-3");
        await Server.Closed(1);
        Server.Connections.Should().Be(2);

        await PresentAsync("client-4");
        Time.Advance(TimeSpan.FromMinutes(1));
        await UntilPresents("client-4");
    }

    [Test]
    public async Task Rotations_under_load_fail_no_call()
    {
        Start();
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await CallAsync();
                Interlocked.Increment(ref calls);
            }
        })).ToArray();

        for (var rotation = 1; rotation <= 50; rotation++)
        {
            var until = Volatile.Read(ref calls) + 20;
            while (Volatile.Read(ref calls) < until && !callers.Any(caller => caller.IsCompleted))
            {
                await Task.Yield();
            }

            await PresentAsync($"rotated-{rotation}");
            await UntilRotated(rotation);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers).WithTimeout();
        calls.Should().BeGreaterThanOrEqualTo(1000);
        Server.Connections.Should().BeGreaterThanOrEqualTo(50);
    }
}
