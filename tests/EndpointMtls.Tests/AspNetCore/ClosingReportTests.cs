using EndpointMtls.AspNetCore;
using EndpointMtls.Tests.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.AspNetCore;

/// <summary>The log and the metrics of connections that a server closes.</summary>
public sealed class ClosingReportTests : ServerFixture
{
    private const string ClosedConnections = "endpoint_mtls.server.closed_connections";

    [Test]
    public void Logs_aborts_after_the_grace_period_once_in_ten_seconds_with_the_number_of_suppressed_messages()
    {
        var (report, logs) = Create();
        using var meter = new MeterRecorder("server");

        Abort(times: 3);
        Suppressed().Should().Equal(0);
        Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Abort(times: 1);
        Suppressed().Should().Equal(0);
        Time.Advance(TimeSpan.FromTicks(1));
        Abort(times: 1);
        Suppressed().Should().Equal(0, 3);
        Time.Advance(TimeSpan.FromSeconds(10));
        Abort(times: 1);
        Suppressed().Should().Equal(0, 3, 0);
        meter.Of(ClosedConnections).Should().Equal(Enumerable.Repeat((1d, "endpoint_mtls.reason=GraceExceeded"), 6));

        void Abort(int times)
        {
            for (var i = 0; i < times; i++)
            {
                report.AbortedAfterGrace();
            }
        }

        IEnumerable<int> Suppressed() => logs.Entries.Where(entry => entry.EventId == 512).Select(entry => entry.Message[^2] - '0');
    }

    [Test]
    public void Logs_connections_that_were_aborted_together_in_one_message_and_none_for_zero()
    {
        var (report, logs) = Create();
        using var meter = new MeterRecorder("server");

        report.Outdated(0);
        report.AbortedUntrusted(0);
        logs.Entries.Should().BeEmpty();
        meter.Of(ClosedConnections).Should().BeEmpty();

        report.AbortedUntrusted(3);
        logs.Entries.Should().ContainSingle().Which.Message.Should().Contain("Connections: 3");
        meter.Of(ClosedConnections).Should().Equal((3, "endpoint_mtls.reason=TrustRemoved"));
    }

    private (ClosingReport Report, LogRecorder Logs) Create()
    {
        Set(OwnFiles("own"));
        var logs = new LogRecorder();
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddLogging(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Debug))
            .BuildServiceProvider();
        return (new ClosingReport(Services.GetServer(), services), logs);
    }
}
