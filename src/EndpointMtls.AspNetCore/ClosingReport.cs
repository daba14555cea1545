using System.Diagnostics.Metrics;
using EndpointMtls.Async;
using EndpointMtls.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointMtls.AspNetCore;

/// <summary>Tells of connections that a server closes: each to the meter, and to the log what is worth reading.</summary>
internal sealed class ClosingReport
{
    /// <summary>How long the log is silent about connections that were cut after their grace, once it has told of one.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly ServerTls _server;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConnectionMeter _meter;
    private readonly Lock _telling = new();
    private long? _toldAt;
    private int _untold;

    public ClosingReport(ServerTls server, IServiceProvider services)
    {
        (_server, _timeProvider) = (server, services.GetRequiredService<TimeProvider>());
        _logger = DeferringLogger.Create<ServerTls>(services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance);
        _meter = new ConnectionMeter(services.GetService<IMeterFactory>());
    }

    /// <summary>A client was asked to connect again.</summary>
    public void Asked(CloseReason reason) => BestEffort.Run(() =>
    {
        _meter.Closed(_server.Realm, reason, 1);
        _logger.ClientAsked(_server.Realm, reason);
    });

    /// <summary>A change of the server's certificate will close so many connections.</summary>
    public void Outdated(int count) => BestEffort.Run(() =>
    {
        if (count > 0)
        {
            _logger.ConnectionsOutdated(_server.Realm, count, _server.GetOptions().CloseOnRotation ?? TimeSpan.Zero);
        }
    });

    /// <summary>So many connections were cut whose clients would be let in no more.</summary>
    public void CutUntrusted(int count) => BestEffort.Run(() =>
    {
        if (count > 0)
        {
            _meter.Closed(_server.Realm, CloseReason.TrustRemoved, count);
            _logger.UntrustedCut(_server.Realm, count);
        }
    });

    /// <summary>A connection was cut whose client was asked to connect again, and did not in time.</summary>
    public void CutAfterGrace() => BestEffort.Run(() =>
    {
        _meter.Closed(_server.Realm, CloseReason.GraceExceeded, 1);
        int untold;
        lock (_telling)
        {
            if (_toldAt is { } toldAt && _timeProvider.GetElapsedTime(toldAt) < LogInterval)
            {
                _untold++;
                return;
            }

            (_toldAt, untold, _untold) = (_timeProvider.GetTimestamp(), _untold, 0);
        }

        _logger.CutAfterGrace(_server.Realm, _server.GetOptions().MaxConnectionAgeGrace ?? TimeSpan.Zero, untold);
    });
}
