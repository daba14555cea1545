using System.Diagnostics.Metrics;
using EndpointMtls.AspNetCore;
using EndpointMtls.Tests.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>What is told of connections that a server closes.</summary>
public sealed class ClosingReportTests : ServerFixture
{
    private const string Closed = "endpoint_mtls.server.closed_connections";

    [Test]
    public void What_is_cut_after_its_grace_is_told_once_in_ten_seconds_and_how_often_nothing_was_told()
    {
        var (report, logs) = Create();
        using var meter = new MeterRecorder("server");

        Cut(times: 3);
        Untold().Should().Equal(0);
        Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Cut(times: 1);
        Untold().Should().Equal(0);
        Time.Advance(TimeSpan.FromTicks(1));
        Cut(times: 1);
        Untold().Should().Equal(0, 3);
        Time.Advance(TimeSpan.FromSeconds(10));
        Cut(times: 1);
        Untold().Should().Equal(0, 3, 0);
        meter.Of(Closed).Should().Equal(Enumerable.Repeat((1d, "endpoint_mtls.reason=GraceExceeded"), 6));

        void Cut(int times)
        {
            for (var i = 0; i < times; i++)
            {
                report.CutAfterGrace();
            }
        }

        IEnumerable<int> Untold() => logs.Entries.Where(entry => entry.EventId == 512).Select(entry => entry.Message[^2] - '0');
    }

    [Test]
    public void What_is_cut_together_is_told_together_and_nothing_of_nothing()
    {
        var (report, logs) = Create();
        using var meter = new MeterRecorder("server");

        report.Outdated(0);
        report.CutUntrusted(0);
        logs.Entries.Should().BeEmpty();
        meter.Of(Closed).Should().BeEmpty();

        report.CutUntrusted(3);
        logs.Entries.Should().ContainSingle().Which.Message.Should().StartWith("Cut 3 connections of realm 'server'");
        meter.Of(Closed).Should().Equal((3, "endpoint_mtls.reason=TrustRemoved"));
    }

    [Test]
    public void The_meter_is_that_of_the_container()
    {
        var scopes = new List<object?>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Add(instrument) };
        listener.Start();
        using var metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();

        _ = new ConnectionMeter(metrics.GetRequiredService<IMeterFactory>());

        scopes.Should().Contain(metrics.GetRequiredService<IMeterFactory>());

        void Add(Instrument instrument)
        {
            lock (scopes)
            {
                scopes.Add(instrument.Name == Closed ? instrument.Meter.Scope : null);
            }
        }
    }

    private (ClosingReport Report, LogRecorder Logs) Create()
    {
        Set(OwnFiles("own"));
        var logs = new LogRecorder();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddLogging(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Debug)).BuildServiceProvider();
        return (new ClosingReport(Services.GetServer(), services), logs);
    }
}
