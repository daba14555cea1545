using System.Net.Security;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace EndpointMtls.Tests.Serving;

/// <summary>How long calls may run after the client was requested to reconnect.</summary>
public sealed class ConnectionGraceTests : LifetimeFixture
{
    [SetUp]
    public void LimitAge() => (Options.MaxConnectionAge, Options.MaxConnectionAgeGrace) = (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(2));

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stream_that_exceeds_the_grace_period_fails_as_unavailable_after_its_last_message(bool isOurs)
    {
        await StartAsync();
        using var channel = CreateChannel();
        var client = isOurs ? EchoOf(CreateClient()) : new Echo.EchoClient(channel);
        using var running = client.Duplex();
        await ExchangeAsync(running);
        await Scheduled(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromSeconds(119));
        (await ExchangeAsync(running, "last")).Text.Should().Be("last");
        Time.Advance(TimeSpan.FromSeconds(1));

        (await CatchEndAsync(running)).StatusCode.Should().Be(StatusCode.Unavailable);
        await Server.Closed(1);
        Meter.Of(ClosedConnections).Should().Equal((1, "endpoint_mtls.reason=Age"), (1, "endpoint_mtls.reason=GraceExceeded"));
        Server.Logs.Entries.Where(entry => entry.EventId == 512).Should().ContainSingle().Which.Message.Should().BeApproved();
        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stream_that_ends_within_the_grace_period_succeeds(bool isOurs)
    {
        await StartAsync();
        using var channel = CreateChannel();
        using var running = (isOurs ? EchoOf(CreateClient()) : new Echo.EchoClient(channel)).Duplex();
        await ExchangeAsync(running);
        await Scheduled(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromSeconds(119));
        (await ExchangeAsync(running, "last")).Text.Should().Be("last");
        await running.RequestStream.CompleteAsync().WithTimeout();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        running.GetStatus().StatusCode.Should().Be(StatusCode.OK);
        await Server.Closed(1);

        Time.Advance(TimeSpan.FromSeconds(1));
        ClosedBecause("GraceExceeded").Should().BeEmpty();
        Server.Logs.Entries.Where(entry => entry.EventId == 512).Should().BeEmpty();
    }

    [Test]
    public async Task Aborting_a_call_cancels_the_token_of_its_handler()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartAsync(application => application.Use(async (context, next) =>
        {
            using var registration = context.RequestAborted.Register(cancelled.SetResult);
            began.TrySetResult();
            await next(context);
        }));
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);
        await began.Task.WithTimeout();
        await Scheduled(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        cancelled.Task.IsCompleted.Should().BeFalse();
        Time.Advance(TimeSpan.FromMinutes(2));

        await cancelled.Task.WithTimeout();
    }

    [Test]
    public async Task Without_a_grace_period_a_stream_may_run_without_limit()
    {
        Options.MaxConnectionAgeGrace = null;
        await StartAsync();
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);
        await Scheduled(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromDays(365));

        await ExchangeAsync(running);
        Meter.Of(ClosedConnections).Should().Equal((1, "endpoint_mtls.reason=Age"));
    }

    [Test]
    public async Task Logs_one_of_several_aborted_connections()
    {
        await StartAsync();
        var running = new List<AsyncDuplexStreamingCall<EchoRequest, EchoReply>>();
        for (var i = 0; i < 5; i++)
        {
            running.Add(EchoOf(CreateClient()).Duplex());
            await ExchangeAsync(running[i]);
        }

        await Scheduled(5);
        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromMinutes(2));

        await Server.Closed(5);
        ClosedBecause("GraceExceeded").Should().HaveCount(5);
        Server.Logs.Entries.Where(entry => entry.EventId == 512).Should().ContainSingle();
        running.ForEach(call => call.Dispose());
    }

    private GrpcChannel CreateChannel()
    {
        var certificate = ClientRoot.IssueClient("client");
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { ClientCertificateContext = certificate.ToContext(), CertificateChainPolicy = EchoServer.Trust(ServerRoot) },
        };
        return GrpcChannel.ForAddress($"https://{Server.Address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
