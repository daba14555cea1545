using EndpointMtls.Async;
using EndpointMtls.Documents;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>Reports reloads of the configuration to log and metrics. The registry reports a rejection only if it is a new one.</summary>
internal sealed class RegistryReport(ILogger logger, EndpointMeter meter)
{
    private HashSet<string> _warnings = [];

    /// <summary>Logs the warnings that the configuration did not have before.</summary>
    public void Warn(IReadOnlyList<ConfigurationError> warnings) => BestEffort.Run(() =>
    {
        foreach (var warning in warnings.Select(warning => warning.ToString()).Where(warning => !_warnings.Contains(warning)))
        {
            logger.ConfigurationWarning(warning);
        }

        _warnings = [.. warnings.Select(warning => warning.ToString())];
    });

    /// <summary>Logs the warnings about a server that is configured in code.</summary>
    public void WarnOfServer(IReadOnlyList<ConfigurationError> warnings) => BestEffort.Run(() =>
    {
        foreach (var warning in warnings)
        {
            logger.ConfigurationWarning(warning.ToString());
        }
    });

    /// <summary>Reports an applied configuration, if it has changed, or if the last one was rejected.</summary>
    public void Applied(RealmTable before, RealmTable after, RealmLoader loader, bool wasRejected) => BestEffort.Run(() =>
    {
        var changes = loader.Added.Count + loader.Changed.Count + loader.Removed.Count;
        var isReordered = changes == 0
            && !after.Realms.Select(realm => realm.Name).SequenceEqual(before.Realms.Select(realm => realm.Name));
        var otherChanges = ServerChange(before.Server, after.Server) + (isReordered ? " The order of the realms has changed." : "");
        if (changes > 0 || otherChanges.Length > 0)
        {
            meter.ConfigurationReloaded("applied");
            var unchanged = after.Realms.Length - loader.Added.Count - loader.Changed.Count;
            logger.ConfigurationApplied(Names(loader.Added), Names(loader.Changed), Names(loader.Removed), unchanged, otherChanges);
        }
        else if (wasRejected)
        {
            logger.ConfigurationRecovered();
        }
    });

    /// <summary>Reports a rejected configuration.</summary>
    public void Rejected(string errors) => BestEffort.Run(() =>
    {
        meter.ConfigurationReloaded("failed");
        logger.ConfigurationRejected(errors);
    });

    private static string ServerChange(BoundServer? before, BoundServer? after) => (before, after) switch
    {
        (null, null) => "",
        (null, _) => " The server was added.",
        (_, null) => " The server was removed.",
        _ => after.Definition.IsSameAs(before.Definition) ? "" : " The server has changed.",
    };

    private static string Names(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(name => $"'{name}'"));
}
