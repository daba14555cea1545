using StoreNode.Storage;
using Thanos.Chunks;

namespace StoreNode.Metrics;

/// <summary>Samples the metrics at an interval, stores them, and removes old samples.</summary>
internal sealed class Sampler(StoreNodeOptions options, ProcessMetrics metrics, SeriesStore store, TimeProvider time) : BackgroundService
{
    /// <summary>Takes the first sample before the node listens, so that no query sees an empty store.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Sample();
        return base.StartAsync(cancellationToken);
    }

    public void Sample()
    {
        var now = time.GetUtcNow();
        foreach (var metric in metrics.Read())
            store.Append(metric.Labels.With(options.ExternalLabels), new Sample(now.ToUnixTimeMilliseconds(), metric.Value));
        store.DropBefore((now - options.Retention).ToUnixTimeMilliseconds());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SampleInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Sample();
    }
}
