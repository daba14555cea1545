using EndpointMtls.Async;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.AspNetCore;

/// <summary>The connections of one place a server listens on: closes them when their time has come.</summary>
internal sealed class ServerConnections(ServerTls server, IServiceProvider services)
{
    private readonly TimeProvider _timeProvider = services.GetRequiredService<TimeProvider>();
    private readonly ClosingReport _report = new(server, services);
    private readonly HashSet<ServedConnection> _served = [];

    // Only while there are connections: nobody says when the place is left.
    private IDisposable? _changes;

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection, ServerHandshake handshake, ConnectionDelegate next)
    {
        using var served = new ServedConnection(connection, handshake, server, _report, _timeProvider);
        Add(served);
        try
        {
            // What has changed during the handshake, nobody tells any more.
            if (served.CutIfUntrusted())
            {
                _report.CutUntrusted(1);
                return;
            }

            served.Follow();
            var serving = next(connection);
            served.Begin();
            await serving.ConfigureAwait(false);
            if (served.EndsAsAsked())
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
            _changes ??= ChangeToken.OnChange(server.GetChangeToken, OnChanged);
        }
    }

    private void Remove(ServedConnection connection)
    {
        lock (_served)
        {
            _served.Remove(connection);
            if (_served.Count == 0)
            {
                _changes?.Dispose();
                _changes = null;
            }
        }
    }

    // On another thread: whoever tells of the change may be a handshake, and there may be many connections.
    private void OnChanged() => ThreadPool.UnsafeQueueUserWorkItem(static connections => BestEffort.Run(connections.Follow), this, preferLocal: false);

    private void Follow()
    {
        ServedConnection[] all;
        lock (_served)
        {
            all = [.. _served];
        }

        _report.CutUntrusted(all.Count(Cuts));
        _report.Outdated(all.Count(connection => connection.Follow()));
    }

    private static bool Cuts(ServedConnection connection)
    {
        var isCut = false;
        BestEffort.Run(() => isCut = connection.CutIfUntrusted());
        return isCut;
    }
}
