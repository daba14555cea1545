using System.Collections.Concurrent;
using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Queries name servers one after the other until one answers. Thread-safe.</summary>
internal sealed class DnsClient(TimeProvider timeProvider)
{
    /// <summary>For this time after a timeout, a name server is queried after all others.</summary>
    /// <remarks>
    /// By default, one timeout takes half of the time for a whole lookup. An SRV lookup and the lookup of its target
    /// run one after the other: without the cool-down, both would wait, and the whole lookup would always time out.
    /// </remarks>
    public static readonly TimeSpan CoolDown = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<IPEndPoint, long> _timedOutAt = new();
    private int _lookups = -1;

    /// <exception cref="DnsException">No name server answered.</exception>
    public async Task<IReadOnlyList<DnsRecord>> QueryAsync(DnsQuestion question, DnsSettings settings, CancellationToken cancellationToken)
    {
        var servers = Order(settings);
        var failures = new List<(IPEndPoint Server, Exception Exception)>();
        for (var attempt = 0; attempt < settings.Attempts * servers.Length; attempt++)
        {
            var server = servers[attempt % servers.Length];
            try
            {
                var nameServer = new NameServerClient(server, settings, timeProvider);
                var response = await nameServer.QueryAsync(question, cancellationToken).ConfigureAwait(false);
                _timedOutAt.TryRemove(server, out _);
                return response.Records;
            }
            catch (NameServerException exception)
            {
                failures.Add((server, exception));
                if (exception.InnerException is OperationCanceledException)
                {
                    _timedOutAt[server] = timeProvider.GetTimestamp();
                }
            }
        }

        throw new DnsException(
            $"{question}: {Describe(failures)}",
            settings.Advice,
            new AggregateException(failures.Select(failure => failure.Exception)));
    }

    private IPEndPoint[] Order(DnsSettings settings)
    {
        var servers = settings.Servers;
        var first = settings.Rotate ? (int)((uint)Interlocked.Increment(ref _lookups) % (uint)servers.Length) : 0;
        return [.. servers.Skip(first).Concat(servers.Take(first)).OrderBy(IsInCoolDown)];
    }

    private bool IsInCoolDown(IPEndPoint server) =>
        _timedOutAt.TryGetValue(server, out var timedOutAt) && timeProvider.GetElapsedTime(timedOutAt) < CoolDown;

    private static string Describe(List<(IPEndPoint Server, Exception Exception)> failures) => string.Join("; ", failures
        .GroupBy(failure => failure.Server, failure => failure.Exception.Message)
        .Select(server => $"{server.Key} {string.Join(", then ", server.Distinct())}"));
}
