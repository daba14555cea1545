using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Asks one server after the other until one answers. Thread-safe.</summary>
internal sealed class DnsClient(TimeProvider timeProvider)
{
    private int _lookups = -1;

    /// <exception cref="DnsException">No server answered.</exception>
    public async Task<IReadOnlyList<DnsRecord>> AskAsync(DnsQuestion question, DnsSettings settings, CancellationToken cancellationToken)
    {
        var servers = settings.Servers;
        var first = settings.Rotates ? (int)((uint)Interlocked.Increment(ref _lookups) % (uint)servers.Length) : 0;
        var failures = new List<(IPEndPoint Server, Exception Exception)>();
        for (var turn = 0; turn < settings.Attempts * servers.Length; turn++)
        {
            var server = servers[(first + turn) % servers.Length];
            try
            {
                return (await new NameServer(server, settings, timeProvider).AskAsync(question, cancellationToken).ConfigureAwait(false)).Records;
            }
            catch (NameServerException exception)
            {
                failures.Add((server, exception));
            }
        }

        throw new DnsException($"Could not look up {question}: {Describe(failures)}. {settings.Advice}.", new AggregateException(failures.Select(failure => failure.Exception)));
    }

    private static string Describe(List<(IPEndPoint Server, Exception Exception)> failures) => string.Join("; ", failures
        .GroupBy(failure => failure.Server, failure => failure.Exception.Message)
        .Select(server => $"{server.Key} {string.Join(", then ", server.Distinct())}"));
}
