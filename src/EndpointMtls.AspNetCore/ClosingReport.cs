using EndpointMtls.Async;
using EndpointMtls.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointMtls.AspNetCore;

/// <summary>Reports connections that a server closes to metrics and log. Metrics count each of them; the log is limited.</summary>
internal sealed class ClosingReport
{
    /// <summary>The least time between two log messages about connections that were aborted after their grace period.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly ServerTls _server;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private long? _loggedAt;
    private int _suppressed;

    public ClosingReport(ServerTls server, IServiceProvider services)
    {
        (_server, _timeProvider) = (server, services.GetRequiredService<TimeProvider>());
        _logger = DeferringLogger.Create<ServerTls>(services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);
    }

    /// <summary>Reports that a client was requested to reconnect.</summary>
    public void ReconnectRequested(CloseReason reason) => BestEffort.Run(() =>
    {
        _server.CountClosed(reason.ToString());
        _logger.ReconnectRequested(_server.Realm, reason);
    });

    /// <summary>Reports how many connections will be closed because the server's certificate has changed.</summary>
    public void Outdated(int count) => BestEffort.Run(() =>
    {
        if (count > 0)
        {
            _logger.ConnectionsOutdated(_server.Realm, count, _server.GetOptions().CloseOnRotation ?? TimeSpan.Zero);
        }
    });

    /// <summary>Reports how many connections were aborted because their clients are no longer trusted.</summary>
    public void AbortedUntrusted(int count) => BestEffort.Run(() =>
    {
        if (count > 0)
        {
            _server.CountClosed(nameof(CloseReason.TrustRemoved), count);
            _logger.UntrustedAborted(_server.Realm, count);
        }
    });

    /// <summary>Reports that a connection was aborted because calls were still running when its grace period ended.</summary>
    public void AbortedAfterGrace() => BestEffort.Run(() =>
    {
        _server.CountClosed(nameof(CloseReason.GraceExceeded));
        int suppressed;
        lock (_lock)
        {
            if (_loggedAt is { } loggedAt && _timeProvider.GetElapsedTime(loggedAt) < LogInterval)
            {
                _suppressed++;
                return;
            }

            (_loggedAt, suppressed, _suppressed) = (_timeProvider.GetTimestamp(), _suppressed, 0);
        }

        _logger.AbortedAfterGrace(_server.Realm, _server.GetOptions().MaxConnectionAgeGrace ?? TimeSpan.Zero, suppressed);
    });
}
