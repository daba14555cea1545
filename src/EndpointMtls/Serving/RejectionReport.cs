using EndpointMtls.Async;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Trust;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Serving;

/// <summary>Tells of clients that are not let in: each to the meter, and to the log the first of each kind in a while. Strangers must not fill it.</summary>
internal sealed class RejectionReport(TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    /// <summary>How long the log is silent about a reason that was told.</summary>
    public static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly DeferringLock _telling = new();
    private readonly Dictionary<(string Realm, ConnectionFailureReason Reason), (long At, int Untold)> _told = [];

    public void Report(BoundServer server, PeerVerdict verdict) => BestEffort.Run(() =>
    {
        var (realm, reason) = (server.Realm.Name, verdict.Reason!.Value);
        meter.ClientRejected(realm, reason.ToString());
        int untold;
        using (_telling.EnterScope())
        {
            if (_told.TryGetValue((realm, reason), out var last) && timeProvider.GetElapsedTime(last.At) < LogInterval)
            {
                _told[(realm, reason)] = last with { Untold = last.Untold + 1 };
                return;
            }

            untold = last.Untold;
            _told[(realm, reason)] = (timeProvider.GetTimestamp(), 0);
        }

        logger.ClientRejected(realm, reason.ToString(), verdict.Explanation, untold);
    });
}
