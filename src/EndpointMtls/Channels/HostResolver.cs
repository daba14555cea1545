using System.Net;
using EndpointMtls.Async;
using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Reports the addresses of a host name to Grpc.Net.Client.</summary>
/// <param name="host">The host.</param>
/// <param name="backoff">The first and the longest delay after a failed lookup.</param>
internal sealed class HostResolver(HostDestination host, (TimeSpan First, TimeSpan Longest) backoff) : Resolver
{
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _retry = new(0, 1);
    private readonly Lock _lock = new();
    private Action<ResolverResult> _listener = _ => { };
    private bool _isRunning;

    public override void Start(Action<ResolverResult> listener)
    {
        _listener = listener;

        // Until the first result, Grpc.Net.Client ignores the deadlines of calls.
        ReportStart();
        _ = ReportCloseAsync();
    }

    /// <summary>Looks the name up. A failed lookup is repeated now.</summary>
    public override void Refresh()
    {
        lock (_lock)
        {
            if (!_isRunning)
            {
                _isRunning = true;
                ThreadPool.UnsafeQueueUserWorkItem(static resolver => _ = resolver.RunAsync(), this, preferLocal: false);
            }
            else if (_retry.CurrentCount == 0)
            {
                _retry.Release();
            }
        }
    }

    /// <summary>Alternates between the address families, beginning with that of the first address: RFC 8305, section 4.</summary>
    public static IEnumerable<IPAddress> Interleave(IEnumerable<IPAddress> addresses) => addresses
        .Distinct()
        .GroupBy(address => address.AddressFamily)
        .SelectMany((family, order) => family.Select((address, index) => (Address: address, Rank: (index, order))))
        .OrderBy(ranked => ranked.Rank)
        .Select(ranked => ranked.Address);

    protected override void Dispose(bool disposing)
    {
        _ = _ended.CancelAsync();
        base.Dispose(disposing);
    }

    private async Task RunAsync()
    {
        ReportStart();
        for (var delay = backoff.First; !await TryReportAsync().ConfigureAwait(false); delay *= 1.6)
        {
            using var elapsed = new CancellationTokenSource(delay < backoff.Longest ? delay : backoff.Longest, host.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, _ended.Token);
            await _retry.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_lock)
        {
            _isRunning = false;
        }
    }

    /// <returns>Whether the lookup succeeded, or none is needed.</returns>
    private async Task<bool> TryReportAsync()
    {
        try
        {
            var addresses = await host.LookUpAsync(_ended.Token).ConfigureAwait(false);
            _listener(ResolverResult.ForResult([.. Interleave(addresses).Select(host.ToBalancerAddress)]));
            return true;
        }
        catch (EndpointConnectionException exception)
        {
            ReportFailure(exception);
            return false;
        }
        catch (OperationCanceledException)
        {
            if (host.Closed.IsCompletedSuccessfully)
            {
                ReportFailure(await host.Closed.ConfigureAwait(false));
            }

            return true;
        }
    }

    private async Task ReportCloseAsync()
    {
        await host.Closed.WaitOrAbandonAsync(_ended.Token).ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
        Refresh();
    }

    private void ReportStart() => _listener(ResolverResult.ForResult([]));

    private void ReportFailure(EndpointConnectionException reason) =>
        _listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, reason.Message, reason)));
}

/// <summary>Creates the resolver of a channel to a host name.</summary>
internal sealed class HostResolverFactory(Func<Resolver> create) : ResolverFactory
{
    public const string Scheme = "endpoint-host";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => create();
}
