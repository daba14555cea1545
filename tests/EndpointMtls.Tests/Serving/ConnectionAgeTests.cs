using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>The server closes connections that reach <c>max_connection_age</c>.</summary>
public sealed class ConnectionAgeTests : LifetimeFixture
{
    [Test]
    public async Task Spreads_the_closing_of_connections_of_the_same_age()
    {
        Options.MaxConnectionAge = TimeSpan.FromMinutes(100);
        await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await ConnectAsync();
        }

        var closedAt = CloseMoments(200, 20);

        closedAt.Should().OnlyContain(minute => minute >= 90 && minute <= 111, "a step is a minute, and a timer may be a millisecond late");
        closedAt.Distinct().Should().HaveCountGreaterThan(4);
        await Server.Closed(20);
        Server.Logs.Entries.Where(entry => entry.EventId is >= 510 and < 520).Should().OnlyContain(entry => entry.EventId == 511);
    }

    [Test]
    public async Task Without_a_maximum_age_connections_stay_open()
    {
        await StartAsync();
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);

        Time.Advance(TimeSpan.FromDays(365));

        await ExchangeAsync(running);
        Meter.Of(ClosedConnections).Should().BeEmpty();
        Server.Connections.Should().Be(1);
    }

    [Test]
    public async Task A_running_call_finishes_and_the_next_call_uses_a_new_connection()
    {
        Options.MaxConnectionAge = TimeSpan.FromMinutes(10);
        await StartAsync();
        var client = await ConnectAsync();
        using var running = EchoOf(client).Duplex();
        await ExchangeAsync(running, "before");

        Time.Advance(TimeSpan.FromMinutes(11));
        ClosedBecause("Age").Should().ContainSingle();

        // Until GOAWAY arrives, the client uses its current connection.
        while (Server.Connections < 2)
        {
            (await CallAsync(client)).Peer.Should().Be("CN=client");
        }

        (await ExchangeAsync(running, "after")).Text.Should().Be("after");
        await running.RequestStream.CompleteAsync().WithTimeout();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        running.GetStatus().StatusCode.Should().Be(StatusCode.OK);
        await Server.Closed(1);
        Server.Connections.Should().Be(2);
    }

    [Test]
    public async Task A_maximum_age_that_a_reload_adds_closes_open_connections_one_by_one()
    {
        var live = new LiveOptions();
        live.Set(options => options.Server = Options);
        await StartAsync(listen => listen.UseEndpointMtls(), services => live.AddTo(services.AddSingleton<TimeProvider>(Time)));
        for (var i = 0; i < 10; i++)
        {
            await CallAsync(CreateClient());
        }

        Time.Advance(TimeSpan.FromHours(24));
        var scheduled = Time.RunningTimers + 10;
        Options.MaxConnectionAge = TimeSpan.FromMinutes(100);
        live.Set(options => options.Server = Options);
        await Until(() => Time.RunningTimers >= scheduled);
        Meter.Of(ClosedConnections).Should().BeEmpty();

        var closedAt = CloseMoments(40, 10);

        closedAt.Should().OnlyContain(minute => minute <= 21);
        closedAt.Distinct().Should().HaveCountGreaterThan(3);
    }

    [Test]
    public async Task A_maximum_age_that_a_reload_removes_closes_no_connection()
    {
        var live = new LiveOptions();
        Options.MaxConnectionAge = TimeSpan.FromMinutes(10);
        live.Set(options => options.Server = Options);
        await StartAsync(listen => listen.UseEndpointMtls(), services => live.AddTo(services.AddSingleton<TimeProvider>(Time)));
        var client = await ConnectAsync();
        Options.MaxConnectionAge = null;
        live.Set(options => options.Server = Options);
        await Scheduled(0);

        Time.Advance(TimeSpan.FromHours(1));

        await CallAsync(client);
        Server.Connections.Should().Be(1);
    }

    /// <summary>Advances the clock by minutes, and returns the minute in which each connection was closed.</summary>
    private List<int> CloseMoments(int minutes, int expected)
    {
        var closedAt = new List<int>();
        for (var minute = 1; minute <= minutes; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            closedAt.AddRange(Enumerable.Repeat(minute, (int)ClosedBecause("Age").Sum(closed => closed.Value) - closedAt.Count));
        }

        closedAt.Should().HaveCount(expected);
        return closedAt;
    }
}
