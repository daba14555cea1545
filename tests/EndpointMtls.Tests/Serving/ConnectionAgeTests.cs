using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>Connections grow only so old.</summary>
public sealed class ConnectionAgeTests : LifetimeFixture
{
    [Test]
    public async Task Connections_of_one_age_are_closed_at_moments_of_their_own()
    {
        Options.MaxConnectionAge = TimeSpan.FromMinutes(100);
        await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await ConnectAsync();
        }

        var closedAt = CloseMoments(200, 20);

        closedAt.Should().OnlyContain(minute => minute >= 90 && minute <= 111, "a step is a minute, and a timer may be late by a millisecond");
        closedAt.Distinct().Should().HaveCountGreaterThan(4);
        await Connections.Closed(20);
        Server.Logs.Entries.Where(entry => entry.EventId is >= 510 and < 520).Should().OnlyContain(entry => entry.EventId == 511);
    }

    [Test]
    public async Task Without_an_age_they_stay()
    {
        await StartAsync();
        using var running = EchoOf(CreateClient()).Duplex();
        await ExchangeAsync(running);

        Time.Advance(TimeSpan.FromDays(365));

        await ExchangeAsync(running);
        Meter.Of(Closed).Should().BeEmpty();
        Connections.Opened.Should().Be(1);
    }

    [Test]
    public async Task A_call_that_runs_finishes_and_the_next_one_goes_over_another_connection()
    {
        Options.MaxConnectionAge = TimeSpan.FromMinutes(10);
        await StartAsync();
        var client = await ConnectAsync();
        using var running = EchoOf(client).Duplex();
        await ExchangeAsync(running, "before");

        Time.Advance(TimeSpan.FromMinutes(11));
        ClosedBecause("Age").Should().ContainSingle();

        // Until it has heard that it should, the client makes calls over the one it has.
        while (Connections.Opened < 2)
        {
            (await CallAsync(client)).Peer.Should().Be("CN=client");
        }

        (await ExchangeAsync(running, "after")).Text.Should().Be("after");
        await running.RequestStream.CompleteAsync().WithTimeout();
        (await running.ResponseStream.MoveNext(CancellationToken.None).WithTimeout()).Should().BeFalse();
        running.GetStatus().StatusCode.Should().Be(StatusCode.OK);
        await Connections.Closed(1);
        Connections.Opened.Should().Be(2);
    }

    [Test]
    public async Task A_limit_that_comes_with_a_reload_reaches_connections_that_are_open_and_not_all_at_once()
    {
        var live = new LiveOptions();
        live.Set(options => options.Server = Options);
        await StartAsync(listen => listen.UseEndpointMtls(), services => live.AddTo(services.AddSingleton<TimeProvider>(Time)));
        for (var i = 0; i < 10; i++)
        {
            await CallAsync(CreateClient());
        }

        Time.Advance(TimeSpan.FromHours(24));
        var timers = Time.RunningTimers;
        Options.MaxConnectionAge = TimeSpan.FromMinutes(100);
        live.Set(options => options.Server = Options);
        await Until(() => Time.RunningTimers >= timers + 10);
        Meter.Of(Closed).Should().BeEmpty();

        var closedAt = CloseMoments(40, 10);

        closedAt.Should().OnlyContain(minute => minute <= 21);
        closedAt.Distinct().Should().HaveCountGreaterThan(3);
    }

    [Test]
    public async Task A_limit_that_a_reload_takes_away_closes_nothing_any_more()
    {
        var live = new LiveOptions();
        Options.MaxConnectionAge = TimeSpan.FromMinutes(10);
        live.Set(options => options.Server = Options);
        await StartAsync(listen => listen.UseEndpointMtls(), services => live.AddTo(services.AddSingleton<TimeProvider>(Time)));
        var client = await ConnectAsync();
        Options.MaxConnectionAge = null;
        live.Set(options => options.Server = Options);
        await Followed(0);

        Time.Advance(TimeSpan.FromHours(1));

        await CallAsync(client);
        Connections.Opened.Should().Be(1);
    }

    /// <summary>Lets minutes pass, and notes after how many of them each connection was closed.</summary>
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
