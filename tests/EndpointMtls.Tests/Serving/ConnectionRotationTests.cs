using System.Net.Security;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Soak;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>What a server does with open connections when its certificate has changed.</summary>
public sealed class ConnectionRotationTests : LifetimeFixture
{
    [Test]
    public async Task Without_close_on_rotation_connections_stay_open()
    {
        await StartAsync();
        var client = await CallOnceAsync();

        await RotateAsync(IssueServer("second"));
        SubjectFor(await CallOnceAsync()).Should().Be("CN=second");
        Time.Advance(TimeSpan.FromDays(1));

        await CallAsync(client);
        SubjectFor(client).Should().Be("CN=first");
        Server.Connections.Should().Be(2);
        Meter.Of(ClosedConnections).Should().BeEmpty();
    }

    [Test]
    public async Task With_close_on_rotation_the_closing_is_spread_over_the_window()
    {
        Options.CloseOnRotation = TimeSpan.FromMinutes(60);
        await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await CallOnceAsync();
        }

        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();
        Meter.Of(ClosedConnections).Should().BeEmpty();
        var perMinute = new List<int>();
        for (var minute = 1; minute <= 60; minute++)
        {
            var before = ClosedBecause("Rotation").Count();
            Time.Advance(TimeSpan.FromMinutes(1));
            perMinute.Add(ClosedBecause("Rotation").Count() - before);
        }

        perMinute.Sum().Should().Be(20);
        perMinute.Where(count => count > 0).Should().HaveCountGreaterThan(6);
        await Server.Closed(20);
        Server.Logs.Entries.Where(entry => entry.EventId == 510).Should().ContainSingle().Which.Message.Should().BeApproved();
    }

    [Test]
    public async Task Closes_a_connection_made_after_all_others_have_closed()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();
        await (await CallOnceAsync()).DisposeAsync();
        await Server.Closed(1);
        await CallOnceAsync();

        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();
        Time.Advance(TimeSpan.FromSeconds(1));

        await Server.Closed(2);
    }

    [Test]
    public async Task Another_rotation_does_not_postpone_the_closing()
    {
        Options.CloseOnRotation = TimeSpan.FromMinutes(60);
        await StartAsync();
        await CallOnceAsync();
        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();

        for (var i = 0; i < 6; i++)
        {
            Time.Advance(TimeSpan.FromMinutes(10));
            await RotateAsync(IssueServer("another"));
        }

        await Server.Closed(1);
        ClosedBecause("Rotation").Should().ContainSingle();
    }

    [Test]
    public async Task A_rotation_back_to_the_same_certificate_cancels_the_closing()
    {
        Options.CloseOnRotation = TimeSpan.FromMinutes(60);
        await StartAsync();
        var client = await CallOnceAsync();
        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();
        await Scheduled(1);

        await RotateAsync(First);
        await Scheduled(0);
        Time.Advance(TimeSpan.FromMinutes(60));

        await CallAsync(client);
        Server.Connections.Should().Be(1);
        Meter.Of(ClosedConnections).Should().BeEmpty();
    }

    [Test]
    public async Task The_same_certificate_in_new_files_closes_no_connection()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();
        var client = await CallOnceAsync();

        await TrustAsync(ClientRoot, ServerRoot);
        await RotateAsync(First);

        await CallAsync(client);
        Server.Connections.Should().Be(1);
        Meter.Of(ClosedConnections).Should().BeEmpty();
    }

    [Test]
    public async Task Closes_a_connection_whose_handshake_used_the_old_certificate_during_a_rotation()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();

        await using var client = await RawClient.ConnectAsync(
            Server.Port, ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http11, () => RotateAsync(IssueServer("second")));
        await Scheduled(1);
        Meter.Of(ClosedConnections).Should().BeEmpty("a connection is not closed within its first second");
        Time.Advance(TimeSpan.FromSeconds(1));

        (await client.ReadToEndAsync()).Should().BeEmpty();
        ClosedBecause("Rotation").Should().ContainSingle();
    }

    [Test]
    public async Task A_call_on_a_connection_made_during_a_rotation_succeeds()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();
        var rotations = 0;
        var options = RawClient.Options(
            ServerRoot,
            ClientRoot.IssueClient("client"),
            SslApplicationProtocol.Http2,
            () => ++rotations == 1 ? RotateAsync(IssueServer("second")) : Task.CompletedTask);
        using var channel = GrpcChannel.ForAddress($"https://{Server.Address}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { SslOptions = options }, DisposeHttpClient = true });

        (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client");

        await Scheduled(1);
        Time.Advance(TimeSpan.FromSeconds(1));
        await Server.Closed(1);
        (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client");
        ClosedBecause("Rotation").Should().ContainSingle();
    }

    [Test]
    public async Task No_call_fails_under_load_and_all_clients_move_to_the_new_certificate()
    {
        Options.CloseOnRotation = TimeSpan.FromMilliseconds(200);
        await StartAsync(listen => listen.UseEndpointMtls(Options), services => services.AddEndpointMtls());
        TestServices[] clients = [CreateClient(), CreateClient(), CreateClient(), CreateClient()];
        await using var load = new CallLoad(clients.Select(EchoOf), callers: 8, streams: 2, streamLength: 20);
        for (var rotation = 1; rotation <= 10; rotation++)
        {
            await load.MoreCalls(200);

            await RotateAsync(IssueServer($"server {rotation}"));

            await Until(() => Array.TrueForAll(clients, client => SubjectFor(client) == $"CN=server {rotation}"));
        }

        await load.StopAsync();
        load.Failures.Should().BeEmpty();
        TestContext.Out.WriteLine($"{load.Calls} calls, {load.Streams} streams, {Server.Connections} connections");
        ClosedBecause("Rotation").Count().Should().BeGreaterThanOrEqualTo(40);
    }
}
