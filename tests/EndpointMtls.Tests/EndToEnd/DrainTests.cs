using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>How long calls may go on over connections that have been replaced.</summary>
public sealed class DrainTests : RotationFixture
{
    [Test]
    public async Task A_stream_that_outlives_the_drain_timeout_is_cut_and_told_why()
    {
        Tls.DrainTimeout = TimeSpan.FromMinutes(2);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);
        await PresentAsync("client-2");
        await CallAsync();

        Time.Advance(TimeSpan.FromSeconds(119));
        await ExchangeAsync(running);
        Time.Advance(TimeSpan.FromSeconds(1));

        var end = await CatchEndAsync(running);
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        end.Status.Detail.Should().Contain($"Endpoint '{Server.Address}' of realm 'eu': the certificates of the realm changed, and this call still ran over a connection from before when 'drain_timeout' (2m) had passed. Call again.");
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.Drained);
        await UntilDrained();
        Services.Factory.Describe(Server.Address).LastFailure.Should().BeNull();
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().ContainSingle().Which.Message.Should().StartWith("Aborted 1 connections with calls on them (Drained). Endpoint");
        (await CallAsync()).Should().Be("CN=client-2");
    }

    [Test]
    public async Task A_call_that_waits_for_its_response_is_cut_as_well_even_if_no_other_has_come()
    {
        Start();
        var gate = Server.HoldNextCall();
        using var waiting = Client.UnaryAsync(new EchoRequest());
        await gate.Reached.WithTimeout();
        await PresentAsync("client-2");
        Time.Advance(TimeSpan.FromMinutes(5));

        var end = (await Assert.ThrowsAsync<RpcException>(() => waiting.ResponseAsync.WithTimeout()))!;
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.Drained);
        (await CallAsync()).Should().Be("CN=client-2");
    }

    [Test]
    public async Task What_has_ended_in_time_is_not_spoken_of()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2");
        await CallAsync();
        await Server.Closed(1);

        Time.Advance(TimeSpan.FromMinutes(5));

        (await CallAsync()).Should().Be("CN=client-2");
        Server.Connections.Should().Be(2);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().BeEmpty();
    }

    [Test]
    public async Task A_connection_without_calls_stays_until_there_is_another_or_the_drain_ends_and_is_not_spoken_of()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2");
        Services.Factory.Describe(Server.Address).DrainingConnections.Should().Be(1);

        Time.Advance(Tls.DrainTimeout);

        await Server.Closed(1);
        Services.Factory.Describe(Server.Address).DrainingConnections.Should().Be(0);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().BeEmpty();
        (await CallAsync()).Should().Be("CN=client-2");
    }

    [TestCase(0)]
    [TestCase(60)]
    public async Task Nothing_waits_to_move_or_for_a_drain_when_the_container_is_gone(int jitter)
    {
        Tls.RotationJitter = TimeSpan.FromSeconds(jitter);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);
        await PresentAsync("client-2");
        Time.RunningTimers.Should().BePositive();

        await Services.DisposeAsync();

        Time.RunningTimers.Should().Be(0);
        await Server.AllClosed();
    }

    [Test]
    public async Task Each_rotation_has_a_drain_of_its_own()
    {
        Tls.DrainTimeout = TimeSpan.FromMinutes(2);
        Start();
        using var first = Client.Duplex();
        await ExchangeAsync(first);
        await PresentAsync("client-2");
        using var second = Client.Duplex();
        await ExchangeAsync(second);
        Time.Advance(TimeSpan.FromMinutes(1));
        await PresentAsync("client-3");
        (await CallAsync()).Should().Be("CN=client-3");
        Services.Factory.Describe(Server.Address).DrainingConnections.Should().Be(2);

        Time.Advance(TimeSpan.FromMinutes(1));

        EndpointConnectionException.ReasonOf(await CatchEndAsync(first)).Should().Be(ConnectionFailureReason.Drained);
        (await ExchangeAsync(second)).Should().Be("CN=client-2");
        Time.Advance(TimeSpan.FromMinutes(1));
        EndpointConnectionException.ReasonOf(await CatchEndAsync(second)).Should().Be(ConnectionFailureReason.Drained);
    }
}
