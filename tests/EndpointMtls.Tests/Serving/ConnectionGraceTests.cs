using System.Net.Security;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace EndpointMtls.Tests.Serving;

/// <summary>How long calls may go on when their client was asked to connect again.</summary>
public sealed class ConnectionGraceTests : LifetimeFixture
{
    [SetUp]
    public void LimitAge() => (Options.MaxConnectionAge, Options.MaxConnectionAgeGrace) = (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(2));

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stream_that_outlives_it_ends_as_unavailable_after_all_that_was_said(bool isOurs)
    {
        await StartAsync();
        using var channel = CreateChannel();
        var client = isOurs ? EchoOf(CreateClient()) : new Echo.EchoClient(channel);
        using var running = client.Duplex();
        await ExchangeAsync(running);
        await Followed(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromSeconds(119));
        (await ExchangeAsync(running, "last")).Text.Should().Be("last");
        Time.Advance(TimeSpan.FromSeconds(1));

        (await CatchEndAsync(running)).StatusCode.Should().Be(StatusCode.Unavailable);
        await Connections.Closed(1);
        Meter.Of(Closed).Should().Equal((1, "endpoint_mtls.reason=Age"), (1, "endpoint_mtls.reason=GraceExceeded"));
        Server.Logs.Entries.Where(entry => entry.EventId == 512).Should().ContainSingle().Which.Message.Should()
            .Be("Cut a connection of realm 'server' with calls on it: its client was asked to connect again, and 'max_connection_age_grace' (00:02:00) has passed. Not told since the last time: 0.");
        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=client");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stream_that_ends_in_time_is_whole(bool isOurs)
    {
        await StartAsync();
        using var channel = CreateChannel();
        using var running = (isOurs ? EchoOf(CreateClient()) : new Echo.EchoClient(channel)).Duplex();
        await ExchangeAsync(running);
        await Followed(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromSeconds(119));
        (await ExchangeAsync(running, "last")).Text.Should().Be("last");
        await running.RequestStream.CompleteAsync().WithTimeout();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        running.GetStatus().StatusCode.Should().Be(StatusCode.OK);
        await Connections.Closed(1);

        Time.Advance(TimeSpan.FromSeconds(1));
        ClosedBecause("GraceExceeded").Should().BeEmpty();
        Server.Logs.Entries.Where(entry => entry.EventId == 512).Should().BeEmpty();
    }

    [Test]
    public async Task The_handler_of_a_call_that_is_cut_sees_its_token_cancelled()
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
        await Followed(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        cancelled.Task.IsCompleted.Should().BeFalse();
        Time.Advance(TimeSpan.FromMinutes(2));

        await cancelled.Task.WithTimeout();
    }

    [Test]
    public async Task Without_one_a_stream_may_last_for_ever()
    {
        Options.MaxConnectionAgeGrace = null;
        await StartAsync();
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);
        await Followed(1);

        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromDays(365));

        await ExchangeAsync(running);
        Meter.Of(Closed).Should().Equal((1, "endpoint_mtls.reason=Age"));
    }

    [Test]
    public async Task The_log_is_not_filled()
    {
        await StartAsync();
        var running = new List<AsyncDuplexStreamingCall<EchoRequest, EchoReply>>();
        for (var i = 0; i < 5; i++)
        {
            running.Add(EchoOf(CreateClient()).Duplex());
            await ExchangeAsync(running[i]);
        }

        await Followed(5);
        Time.Advance(TimeSpan.FromMinutes(11));
        Time.Advance(TimeSpan.FromMinutes(2));

        await Connections.Closed(5);
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
