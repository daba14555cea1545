using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Connections close, or the channel ends, while a channel moves to new certificates.</summary>
public sealed class InterruptedHandoverTests : HandoverFixture
{
    [Test]
    public async Task A_channel_whose_connections_close_before_its_rotation_presents_the_new_certificate()
    {
        Tls.RotationJitter = TimeSpan.FromSeconds(30);
        Start();
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);

        // The server does not accept the previous certificate any more.
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), OtherRoot);
        await RestartAsync(Server.Address);
        Time.Advance(Tls.RotationJitter);

        (await CallAsync()).Should().Be("CN=client-2");
    }

    [Test]
    public async Task New_files_are_tried_on_a_new_connection_after_an_HTTP_error()
    {
        await using var server = await StartRejectingByHttpAsync(() => false);
        Start(server.Address);
        var client = await ConnectAsync(server);
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        await PresentAsync("client-3");

        await client.UntilPresents("CN=client-3");
    }

    [Test]
    public async Task A_repeated_attempt_opens_a_new_connection()
    {
        var isAccepting = false;
        await using var server = await StartRejectingByHttpAsync(() => isAccepting);
        Start(server.Address);
        var client = await ConnectAsync(server);
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        // It verifies a client certificate once for each connection.
        isAccepting = true;
        await RetryAfterAsync(TimeSpan.FromSeconds(1));

        await client.UntilPresents("CN=client-2");
    }

    [Test]
    public async Task A_channel_that_is_disposed_during_an_attempt_has_no_failed_rotation()
    {
        Start();
        await CallAsync();
        Server.Health.KeepSilent();
        await PresentAsync("client-2");
        await Server.Health.Waiting.WaitAsync().WithTimeout();

        Services.Factory.GetChannel(Server.Address).Dispose();
        await Server.AllClosed();

        Services.Logs.Count(309).Should().Be(0);
        Services.Logs.Count(311).Should().Be(0);
        (await Services.Get<HealthCheckService>().CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task New_files_are_tried_after_a_log_sink_has_taken_longer_than_the_previous_certificate_was_valid()
    {
        Write(ClientRoot.Issue("client-1", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow() + TimeSpan.FromHours(1)));
        Start();
        await CallAsync();
        Services.Logs.OnEntry = entry =>
        {
            if (entry.EventId == 309)
            {
                Time.Advance(TimeSpan.FromHours(2));
            }
        };
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        await PresentAsync("client-3");

        await UntilPresentsOrFailsAsync("client-3");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Calls_to_a_host_stay_on_the_previous_certificate_after_its_connection_has_closed(bool isOpenAgain)
    {
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("localhost"), ClientRoot);
        var address = $"localhost:{Server.Port}";
        Start(address);
        var client = new Echo.EchoClient(Services.Factory.GetChannel(address));
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        await RestartAsync(address);
        if (isOpenAgain)
        {
            (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");
        }

        await RetryAfterAsync(TimeSpan.FromSeconds(1));
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(2)).WithTimeout();

        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");
        await PresentAsync("client-3");
        await client.UntilPresents("CN=client-3");
    }

    [Test]
    public async Task New_files_are_tried_at_once_while_no_connection_is_open()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();
        await RestartAsync(Server.Address);

        await PresentAsync("client-3");

        await Services.Logs.Wait(310).WithTimeout();
        (await CallAsync()).Should().Be("CN=client-3");
    }
}
