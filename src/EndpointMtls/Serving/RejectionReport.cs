using EndpointMtls.Async;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Trust;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Serving;

/// <summary>Reports rejected clients to metrics and log. The log is limited, so that unknown clients cannot fill it.</summary>
internal sealed class RejectionReport(TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    /// <summary>The least time between two log messages of the same realm and reason.</summary>
    public static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly DeferringLock _lock = new();
    private readonly Dictionary<(string Realm, ConnectionFailureReason Reason), (long LoggedAt, int Suppressed)> _last = [];

    /// <summary>Counts connections that the server closes.</summary>
    public void CountClosed(string realm, string reason, int count) => meter.ServerConnectionsClosed(realm, reason, count);

    public void Report(BoundServer server, PeerVerdict verdict) => BestEffort.Run(() =>
    {
        var (realm, reason) = (server.Realm.Name, verdict.Reason!.Value);
        meter.ClientRejected(realm, reason.ToString());
        int suppressed;
        using (_lock.EnterScope())
        {
            if (_last.TryGetValue((realm, reason), out var last) && timeProvider.GetElapsedTime(last.LoggedAt) < LogInterval)
            {
                _last[(realm, reason)] = last with { Suppressed = last.Suppressed + 1 };
                return;
            }

            suppressed = last.Suppressed;
            _last[(realm, reason)] = (timeProvider.GetTimestamp(), 0);
        }

        logger.ClientRejected(realm, reason.ToString(), verdict.Explanation, suppressed);
    });
}
