using System.Collections.Concurrent;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A channel moves to new certificates after connections with them have worked. Here they fail at first, or take long.</summary>
public sealed class RotationHandoverTests : HandoverFixture
{
    [Test]
    public async Task No_call_waits_for_the_handshake_of_a_rotation()
    {
        using var handshake = new ManualResetEventSlim(initialState: true);
        var (server, client) = await StartHoldableAsync(handshake);
        await using var stopping = server;
        handshake.Reset();

        await PresentAsync("client-2");
        await UntilConnections(server, 2);

        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");
        handshake.Set();
        await client.UntilPresents("CN=client-2");
    }

    [Test]
    public async Task Handshakes_that_hang_do_not_delay_the_rotation_of_other_channels()
    {
        var held = Task.CompletedTask;
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hanging = await EchoServer.StartSecuredAsync(
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = async _ =>
                {
                    await held;
                    return ServerOptions;
                },
            }),
            protocols: HttpProtocols.Http2);
        Tls.ServerName = "127.0.0.1";
        var names = Enumerable.Range(1, 20 * Environment.ProcessorCount).Select(number => $"store-{number}.example:{hanging.Port}").ToArray();
        Start(names);
        await CallAsync();
        await Task.WhenAll(names.Select(async name =>
            await new Echo.EchoClient(Services.Factory.GetChannel(name)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()));
        held = released.Task;

        await PresentAsync("client-2");
        await UntilPresents("client-2");

        released.SetResult();
        await UntilRotated(1 + names.Length);
    }

    [Test]
    public async Task Calls_stay_on_the_previous_certificate_while_the_server_rejects_the_new_one()
    {
        RealmName = "rejected";
        using var meter = new MeterRecorder(RealmName);
        Start();
        await CallAsync();

        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        (await CallAsync()).Should().Be("CN=client-1");
        var description = Services.Factory.Describe(Server.Address);
        description.RotationFailure!.Reason.Should().BeOneOf(
            ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureReason.ClosedAfterHandshake);
        description.LastFailure.Should().BeNull("no call failed");
        meter.Sum("endpoint_mtls.channel.failed_rotations").Should().Be(1);
        var health = await CheckHealthAsync();
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().Contain(description.RotationFailure.Message);
        var log = Services.Logs.Entries.Single(entry => entry.EventId == 309).Message;
        log.Should().Contain($"'{Server.Address}'").And.Contain("whose client certificate expires on");

        // More attempts are neither logged nor counted.
        await RetryAfterAsync(TimeSpan.FromSeconds(1));
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(2)).WithTimeout();
        Services.Logs.Count(309).Should().Be(1);
        meter.Sum("endpoint_mtls.channel.failed_rotations").Should().Be(1);
        (await CallAsync()).Should().Be("CN=client-1");

        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("127.0.0.1"), ClientRoot, OtherRoot);
        await RetryAfterAsync(TimeSpan.FromSeconds(2));
        await UntilPresents("client-2");
        Services.Logs.Count(310).Should().Be(1);
        Services.Factory.Describe(Server.Address).RotationFailure.Should().BeNull();
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public async Task New_files_are_tried_at_once()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        await PresentAsync("client-3");

        await UntilPresents("client-3");
        Services.Logs.Count(310).Should().Be(1);
    }

    [Test]
    public async Task A_connection_that_closes_meanwhile_is_replaced_by_one_with_the_previous_certificate()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        var port = Server.Port;
        await Server.DisposeAsync();
        Server = await EchoServer.StartTlsAsync(() => ServerOptions, port);

        (await CallAsync()).Should().Be("CN=client-1");
        await UntilConnections(Server, 1);
        Services.Factory.Describe(Server.Address).RotationFailure.Should().NotBeNull();
    }

    [Test]
    public async Task Callers_see_no_failure_while_the_server_rejects_the_new_certificate()
    {
        Start();
        await CallAsync();
        using var stopping = new CancellationTokenSource();
        var peers = new ConcurrentDictionary<string, int>();
        var callers = Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                peers.AddOrUpdate(await CallAsync(), 1, (_, count) => count + 1);
            }
        })).ToArray();

        for (var rotation = 1; rotation <= 5; rotation++)
        {
            await PresentAsync($"rejected-{rotation}", OtherRoot);
            await Services.Logs.Wait(309, rotation).WithTimeout();
            await PresentAsync($"accepted-{rotation}");
            await Services.Logs.Wait(310, rotation).WithTimeout();
        }

        await UntilPresents("accepted-5");
        await stopping.CancelAsync();
        await Task.WhenAll(callers).WithTimeout();
        peers.Keys.Should().NotContain(peer => peer.Contains("rejected")).And.HaveCountGreaterThan(1);
    }

    [Test]
    public async Task The_previous_certificate_is_presented_until_it_expires()
    {
        Write(ClientRoot.Issue("client-1", [], TestCa.ClientAuthentication, notAfter: Time.GetUtcNow() + TimeSpan.FromHours(1)));
        Start();
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        Time.Advance(TimeSpan.FromMinutes(59));
        (await CallAsync()).Should().Be("CN=client-1");
        Time.Advance(TimeSpan.FromMinutes(2));

        await UntilFailure();
        Services.Factory.Describe(Server.Address).RotationFailure.Should().BeNull();
    }

    [Test]
    public async Task With_use_new_calls_use_the_new_certificate_although_the_server_rejects_it()
    {
        Tls.OnIdentityRejected = IdentityRejectedAction.UseNew;
        Start();
        await CallAsync();

        await PresentAsync("client-2", OtherRoot);

        await UntilFailure();
        Services.Logs.Count(309).Should().Be(0);
    }

    [Test]
    public async Task A_group_moves_without_the_address_that_rejects_the_new_certificate()
    {
        await using var second = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(
            ServerRoot.IssueServer("one.example", "two.example"), ClientRoot, OtherRoot));
        ServerOptions = EchoServer.CreateOptions(ServerRoot.IssueServer("one.example", "two.example"), ClientRoot);
        var dns = new ScriptedResolver();
        dns.SetHost("one.example.", "127.0.0.1");
        dns.SetHost("two.example.", "127.0.0.1");
        dns.SetService("_grpc._tcp.stores", ("one.example", Server.Port), ("two.example", second.Port));
        Services = new TestServices(services => services
            .AddSingleton<IDnsResolver>(dns)
            .AddSingleton<TimeProvider>(Time)
            .AddEndpointMtls(options => options.Realms.Add(
                new RealmOptions { Name = "eu", Group = true, Endpoints = { "dnssrv+_grpc._tcp.stores" }, TlsConfig = Tls })));
        var client = new Echo.EchoClient(Services.Factory.GetChannel("dnssrv+_grpc._tcp.stores"));
        (await PeersAsync(client, Server, second)).Should().Equal("CN=client-1");

        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        (await PeersAsync(client, Server, second)).Should().BeEquivalentTo("CN=client-1", "CN=client-2");
        Services.Logs.Entries.Single(entry => entry.EventId == 309).Message.Should().Contain($"{Server.Port}");
    }

    [Test]
    public async Task A_server_that_does_not_offer_health_checks_is_moved_to()
    {
        // A proxy that routes by path answers health checks with an HTTP error, whatever certificate it sees.
        await using var server = await EchoServer.StartSecuredAsync(
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(ServerOptions) }),
            map: application => application.Use((context, next) =>
            {
                if (context.Request.Path.StartsWithSegments("/grpc.health.v1.Health"))
                {
                    context.Response.StatusCode = 404;
                    return Task.CompletedTask;
                }

                return next(context);
            }),
            protocols: HttpProtocols.Http2);
        Start(server.Address);
        var client = new Echo.EchoClient(Services.Factory.GetChannel(server.Address));
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        await PresentAsync("client-2");

        await client.UntilPresents("CN=client-2");
        Services.Logs.Count(309).Should().Be(0);
    }

    [Test]
    public async Task A_server_that_hangs_during_the_handshake_of_a_rotation_delays_no_call()
    {
        using var handshake = new ManualResetEventSlim(initialState: true);
        var (server, client) = await StartHoldableAsync(handshake);
        await using var stopping = server;
        handshake.Reset();
        await PresentAsync("client-2");
        await UntilConnections(server, 2);

        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(20)).WithTimeout();
        Time.Advance(TimeSpan.FromSeconds(31));

        await Services.Logs.Wait(309).WithTimeout();
        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client-1");
        Services.Factory.Describe(server.Address).RotationFailure!.Reason.Should().Be(ConnectionFailureReason.Unreachable);
        handshake.Set();
    }

    [Test]
    public async Task A_change_of_the_rules_does_not_wait_for_the_new_connections()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2", OtherRoot);
        await Services.Logs.Wait(309).WithTimeout();

        // The files of the CA lose the root that the open connections rely on: they are replaced at once.
        await TrustAsync(TestCa.CreateRoot("another"));

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync());
        EndpointConnectionException.ReasonOf(failure!).Should().Be(ConnectionFailureReason.UntrustedRoot);
        Services.Factory.Describe(Server.Address).RotationFailure.Should().BeNull();
    }

    private async Task UntilFailure()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            timeout.Token.ThrowIfCancellationRequested();
            try
            {
                (await CallAsync()).Should().Be("CN=client-1");
            }
            catch (RpcException)
            {
                return;
            }
        }
    }
}
