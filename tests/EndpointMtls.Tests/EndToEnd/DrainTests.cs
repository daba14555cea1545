using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>How long calls may continue on replaced connections.</summary>
public sealed class DrainTests : RotationFixture
{
    [Test]
    public async Task A_stream_that_outlives_the_drain_timeout_is_aborted_with_the_reason()
    {
        Tls.DrainTimeout = TimeSpan.FromMinutes(2);
        Start();
        using var running = Client.Duplex();
        await ExchangeAsync(running);
        await PresentAsync("client-2");
        await UntilRotated();

        Time.Advance(TimeSpan.FromSeconds(119));
        await ExchangeAsync(running);
        Time.Advance(TimeSpan.FromSeconds(1));

        var end = await CatchFailureAsync(running);
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        var message = EndpointConnectionException.Find(end)!.Message;
        end.Status.Detail.Should().Contain(message);
        message.Should().BeApproved();
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.Drained);
        await UntilDrained();
        Services.Factory.Describe(Server.Address).LastFailure.Should().BeNull();
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().ContainSingle().Which.Message.Should().Contain("calls: 1").And.Contain("(Drained)").And.Contain(message);
        (await CallAsync()).Should().Be("CN=client-2");
    }

    [Test]
    public async Task A_call_without_a_response_is_aborted()
    {
        Start();
        var gate = Server.HoldNextCall();
        using var waiting = Client.UnaryAsync(new EchoRequest());
        await gate.Reached.WithTimeout();
        await PresentAsync("client-2");
        await UntilRotated();
        Time.Advance(TimeSpan.FromMinutes(5));

        var end = (await Assert.ThrowsAsync<RpcException>(() => waiting.ResponseAsync.WithTimeout()))!;
        end.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(end).Should().Be(ConnectionFailureReason.Drained);
        (await CallAsync()).Should().Be("CN=client-2");
    }

    [Test]
    public async Task Connections_that_close_in_time_are_not_reported()
    {
        Start();
        await CallAsync();
        await PresentAsync("client-2");
        await Server.Closed(1);

        Time.Advance(TimeSpan.FromMinutes(5));

        (await CallAsync()).Should().Be("CN=client-2");
        Server.Connections.Should().Be(2);
        Services.Logs.Entries.Where(entry => entry.EventId == 303).Should().BeEmpty();
    }

    [TestCase(0)]
    [TestCase(60)]
    public async Task Disposal_of_the_container_stops_all_timers(int jitter)
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
    public async Task Each_rotation_has_its_own_drain_timeout()
    {
        Tls.DrainTimeout = TimeSpan.FromMinutes(2);
        Start();
        using var first = Client.Duplex();
        await ExchangeAsync(first);
        await PresentAsync("client-2");
        await UntilRotated();
        using var second = Client.Duplex();
        await ExchangeAsync(second);
        Time.Advance(TimeSpan.FromMinutes(1));
        await PresentAsync("client-3");
        await UntilPresents("client-3");
        Services.Factory.Describe(Server.Address).DrainingConnections.Should().Be(2);

        Time.Advance(TimeSpan.FromMinutes(1));

        EndpointConnectionException.ReasonOf(await CatchFailureAsync(first)).Should().Be(ConnectionFailureReason.Drained);
        (await ExchangeAsync(second)).Should().Be("CN=client-2");
        Time.Advance(TimeSpan.FromMinutes(1));
        EndpointConnectionException.ReasonOf(await CatchFailureAsync(second)).Should().Be(ConnectionFailureReason.Drained);
    }
}
