using EndpointMtls.Async;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.AspNetCore;

/// <summary>The open connections of one endpoint of Kestrel: applies changes of options and certificates to them.</summary>
internal sealed class ServerConnections(ServerTls server, IServiceProvider services)
{
    private readonly TimeProvider _timeProvider = services.GetRequiredService<TimeProvider>();
    private readonly ClosingReport _report = new(server, services);
    private readonly HashSet<ServedConnection> _served = [];

    // Registered only while there are connections, because Kestrel has no event for the end of listening.
    private IDisposable? _changeRegistration;

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection, ServerHandshake handshake, ConnectionDelegate next)
    {
        using var served = new ServedConnection(connection, handshake, _report, _timeProvider);
        Add(served);
        try
        {
            // Changes during the handshake had no callback for this connection.
            var options = server.GetOptions();
            if (served.AbortIfUntrusted(options))
            {
                _report.AbortedUntrusted(1);
                return;
            }

            served.Update(options);
            var serving = next(connection);
            served.Start();
            await serving.ConfigureAwait(false);
            if (served.MarkEnded())
            {
                await LingeringClose.WaitAsync(connection, _timeProvider).ConfigureAwait(false);
            }
        }
        finally
        {
            Remove(served);
        }
    }

    private void Add(ServedConnection connection)
    {
        lock (_served)
        {
            _served.Add(connection);
            _changeRegistration ??= ChangeToken.OnChange(server.GetChangeToken, OnChanged);
        }
    }

    private void Remove(ServedConnection connection)
    {
        lock (_served)
        {
            _served.Remove(connection);
            if (_served.Count == 0)
            {
                _changeRegistration?.Dispose();
                _changeRegistration = null;
            }
        }
    }

    // On another thread: the callback may run in a handshake, and there may be many connections.
    private void OnChanged() =>
        ThreadPool.UnsafeQueueUserWorkItem(static connections => BestEffort.Run(connections.UpdateAll), this, preferLocal: false);

    private void UpdateAll()
    {
        ServedConnection[] all;
        lock (_served)
        {
            all = [.. _served];
        }

        var options = server.GetOptions();
        _report.AbortedUntrusted(all.Count(connection => TryAbortIfUntrusted(connection, options)));
        _report.Outdated(all.Count(connection => connection.Update(options)));
    }

    private static bool TryAbortIfUntrusted(ServedConnection connection, ServerTlsOptions options)
    {
        var isAborted = false;
        BestEffort.Run(() => isAborted = connection.AbortIfUntrusted(options));
        return isAborted;
    }
}
