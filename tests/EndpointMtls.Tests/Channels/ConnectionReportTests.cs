using EndpointMtls.Channels;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Channels;

/// <summary>What is logged of failures that follow each other.</summary>
public sealed class ConnectionReportTests
{
    private const int Failed = 301;
    private const int Recovered = 302;

    [Test]
    public void Logs_each_reason_once_until_a_connection_succeeds_even_if_reasons_alternate()
    {
        var context = TestConnector.CreateContext(1);
        var report = new ConnectionReport(context);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            report.RecordFailure(report.Create(ConnectionFailureReason.Refused, "one address refuses"));
            report.RecordFailure(report.Create(ConnectionFailureReason.Unreachable, "the other has no route"));
        }

        report.RecordSuccess(tls: null);
        report.RecordFailure(report.Create(ConnectionFailureReason.Refused, "one address refuses"));

        ((LogRecorder)context.Logger).Entries.Select(entry => entry.EventId).Should().Equal(Failed, Failed, Recovered, Failed);
        report.History.Failure!.Reason.Should().Be(ConnectionFailureReason.Refused);
    }
}
