using System.Collections.Concurrent;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Asks one server after the other until one answers. Thread-safe.</summary>
internal sealed class DnsClient(TimeProvider timeProvider)
{
    /// <summary>For how long a server that was silent is asked after the others.</summary>
    /// <remarks>
    /// Waiting for it takes half of the time that a whole lookup has by default. An SRV record and the addresses of its
    /// target are asked for one after the other: if both waited, such a lookup would never come to an end.
    /// </remarks>
    public static readonly TimeSpan Disfavour = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<IPEndPoint, long> _silentSince = new();
    private int _lookups = -1;

    /// <exception cref="DnsException">No server answered.</exception>
    public async Task<IReadOnlyList<DnsRecord>> AskAsync(DnsQuestion question, DnsSettings settings, CancellationToken cancellationToken)
    {
        var servers = Order(settings);
        var failures = new List<(IPEndPoint Server, Exception Exception)>();
        for (var turn = 0; turn < settings.Attempts * servers.Length; turn++)
        {
            var server = servers[turn % servers.Length];
            try
            {
                var reply = await new NameServer(server, settings, timeProvider).AskAsync(question, cancellationToken).ConfigureAwait(false);
                _silentSince.TryRemove(server, out _);
                return reply.Records;
            }
            catch (NameServerException exception)
            {
                failures.Add((server, exception));
                if (exception.InnerException is OperationCanceledException)
                {
                    _silentSince[server] = timeProvider.GetTimestamp();
                }
            }
        }

        throw new DnsException($"Could not look up {question}: {Describe(failures)}. {settings.Advice}.", new AggregateException(failures.Select(failure => failure.Exception)));
    }

    private IPEndPoint[] Order(DnsSettings settings)
    {
        var servers = settings.Servers;
        var first = settings.Rotates ? (int)((uint)Interlocked.Increment(ref _lookups) % (uint)servers.Length) : 0;
        return [.. servers.Skip(first).Concat(servers.Take(first)).OrderBy(WasSilent)];
    }

    private bool WasSilent(IPEndPoint server) =>
        _silentSince.TryGetValue(server, out var since) && timeProvider.GetElapsedTime(since) < Disfavour;

    private static string Describe(List<(IPEndPoint Server, Exception Exception)> failures) => string.Join("; ", failures
        .GroupBy(failure => failure.Server, failure => failure.Exception.Message)
        .Select(server => $"{server.Key} {string.Join(", then ", server.Distinct())}"));
}
