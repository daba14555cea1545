using System.Collections.Immutable;
using EndpointMtls.Async;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Discovery;

/// <summary>Logs and counts changes and errors of the target files of a realm.</summary>
internal sealed class TargetFileReport(string realm, ILogger logger, EndpointMeter meter)
{
    private const string Source = "file";

    public void Started(ImmutableArray<TargetFile> files)
    {
        foreach (var file in files)
        {
            ReportError(null, file);
        }
    }

    public void Changed(ImmutableArray<TargetFile> before, ImmutableArray<TargetFile> after)
    {
        var remaining = before.ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var file in after)
        {
            remaining.Remove(file.Path, out var earlier);
            ReportError(earlier, file);
            ReportTargets(file.Path, earlier, file);
        }

        foreach (var removed in remaining.Values)
        {
            // The state of a pattern is removed when its folder can be listed again. A removed file is not valid again.
            if (removed.Path.Contains('*', StringComparison.Ordinal))
            {
                ReportError(removed, null);
            }

            ReportTargets(removed.Path, removed, null);
        }
    }

    private void ReportError(TargetFile? before, TargetFile? after)
    {
        if (after is { Error: { } error } && error != before?.Error)
        {
            meter.DiscoveryUpdated(realm, Source, "failed");
            BestEffort.Run(() =>
            {
                if (after.IsUsable)
                {
                    logger.TargetsLeftOut(Snippet.Escape(after.Path), realm, after.TargetCount, error);
                }
                else
                {
                    logger.TargetFileFailed(realm, Snippet.Escape(after.Path), after.TargetCount, error);
                }
            });
        }
        else if (before is { Error: not null } && after?.Error is null)
        {
            BestEffort.Run(() => logger.TargetFileRecovered(Snippet.Escape(before.Path), realm));
        }
    }

    private void ReportTargets(string path, TargetFile? before, TargetFile? after)
    {
        if (!(before?.Lists(after?.Groups ?? []) ?? after!.Lists([])))
        {
            meter.DiscoveryUpdated(realm, Source, "changed");
            BestEffort.Run(() => logger.TargetsChanged(realm, Snippet.Escape(path), before?.TargetCount ?? 0, after?.TargetCount ?? 0));
        }
    }
}
