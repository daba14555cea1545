using Thanos.Api;

namespace Querier.Stores;

/// <summary>Asks every endpoint every five seconds, all at once, how it is and what it holds.</summary>
internal sealed class HealthChecks(StoreSet stores, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await Task.WhenAll(stores.Endpoints.Select(endpoint => CheckAsync(endpoint, stoppingToken)));
            stores.IsReady = true;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CheckAsync(StoreEndpoint endpoint, CancellationToken stopping)
    {
        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + Deadline;
            var answer = await endpoint.Info.InfoAsync(new InfoRequest(), deadline: deadline, cancellationToken: stopping);
            endpoint.State = StoreState.Answered(answer, time.GetUtcNow());
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            endpoint.State = endpoint.State.Failed(StoreFailure.From(endpoint, exception), time.GetUtcNow());
        }
    }
}
