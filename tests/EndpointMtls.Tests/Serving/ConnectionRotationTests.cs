using System.Net.Security;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Soak;
using EndpointMtls.Tests.Support;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>What becomes of connections when the server presents another certificate.</summary>
public sealed class ConnectionRotationTests : LifetimeFixture
{
    [Test]
    public async Task Without_close_on_rotation_they_stay()
    {
        await StartAsync();
        var client = await CallOnceAsync();

        await RotateAsync(IssueServer("second"));
        SubjectFor(await CallOnceAsync()).Should().Be("CN=second");
        Time.Advance(TimeSpan.FromDays(1));

        await CallAsync(client);
        SubjectFor(client).Should().Be("CN=first");
        Connections.Opened.Should().Be(2);
        Meter.Of(Closed).Should().BeEmpty();
    }

    [Test]
    public async Task With_it_each_closes_at_a_moment_of_its_own_within_the_window()
    {
        Options.CloseOnRotation = TimeSpan.FromMinutes(60);
        await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await CallOnceAsync();
        }

        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();
        Meter.Of(Closed).Should().BeEmpty();
        var perMinute = new List<int>();
        for (var minute = 1; minute <= 60; minute++)
        {
            var before = ClosedBecause("Rotation").Count();
            Time.Advance(TimeSpan.FromMinutes(1));
            perMinute.Add(ClosedBecause("Rotation").Count() - before);
        }

        perMinute.Sum().Should().Be(20);
        perMinute.Where(count => count > 0).Should().HaveCountGreaterThan(6);
        await Connections.Closed(20);
        Server.Logs.Entries.Where(entry => entry.EventId == 510).Should().ContainSingle().Which.Message.Should()
            .Be("The certificate of realm 'server' has changed: the clients of 20 connections are asked within 01:00:00 to connect again.");
    }

    [Test]
    public async Task A_connection_that_comes_when_all_others_have_gone_is_closed_as_well()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();
        await (await CallOnceAsync()).DisposeAsync();
        await Connections.Closed(1);
        await CallOnceAsync();

        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();
        Time.Advance(TimeSpan.FromSeconds(1));

        await Connections.Closed(2);
    }

    [Test]
    public async Task The_next_rotation_does_not_put_it_off()
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

        await Connections.Closed(1);
        ClosedBecause("Rotation").Should().ContainSingle();
    }

    [Test]
    public async Task A_rotation_that_is_undone_in_time_closes_nothing()
    {
        Options.CloseOnRotation = TimeSpan.FromMinutes(60);
        await StartAsync();
        var client = await CallOnceAsync();
        await RotateAsync(IssueServer("second"));
        await Server.Logs.Wait(510).WithTimeout();
        await Followed(1);

        await RotateAsync(First);
        await Followed(0);
        Time.Advance(TimeSpan.FromMinutes(60));

        await CallAsync(client);
        Connections.Opened.Should().Be(1);
        Meter.Of(Closed).Should().BeEmpty();
    }

    [Test]
    public async Task The_same_certificate_in_new_files_is_no_rotation()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();
        var client = await CallOnceAsync();

        await TrustAsync(ClientRoot, ServerRoot);
        await RotateAsync(First);

        await CallAsync(client);
        Connections.Opened.Should().Be(1);
        Meter.Of(Closed).Should().BeEmpty();
    }

    [Test]
    public async Task A_connection_that_a_rotation_overtook_in_its_handshake_is_closed_as_well()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();

        await using var client = await RawClient.ConnectAsync(
            Server.Port, ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http11, () => RotateAsync(IssueServer("second")));
        await Followed(1);
        Meter.Of(Closed).Should().BeEmpty("it has only just begun");
        Time.Advance(TimeSpan.FromSeconds(1));

        (await client.ReadToEndAsync()).Should().BeEmpty();
        ClosedBecause("Rotation").Should().ContainSingle();
    }

    [Test]
    public async Task A_call_that_made_such_a_connection_does_not_fail()
    {
        Options.CloseOnRotation = TimeSpan.Zero;
        await StartAsync();
        var rotations = 0;
        var options = RawClient.Options(ServerRoot, ClientRoot.IssueClient("client"), SslApplicationProtocol.Http2, () => ++rotations == 1 ? RotateAsync(IssueServer("second")) : Task.CompletedTask);
        using var channel = GrpcChannel.ForAddress($"https://{Server.Address}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { SslOptions = options }, DisposeHttpClient = true });

        (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client");

        await Followed(1);
        Time.Advance(TimeSpan.FromSeconds(1));
        await Connections.Closed(1);
        (await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client");
        ClosedBecause("Rotation").Should().ContainSingle();
    }

    [Test]
    public async Task Under_load_no_call_fails_and_all_move_to_the_new_certificate()
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
        TestContext.Out.WriteLine($"{load.Calls} calls, {load.Streams} streams, {Connections.Opened} connections");
        ClosedBecause("Rotation").Count().Should().BeGreaterThanOrEqualTo(40);
    }
}
