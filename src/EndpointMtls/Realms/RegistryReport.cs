using EndpointMtls.Async;
using EndpointMtls.Documents;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>Tells what becomes of changes of the configuration: each thing once, in the log and to the meter.</summary>
internal sealed class RegistryReport(ILogger logger, EndpointMeter meter)
{
    private HashSet<string> _warned = [];

    /// <summary>Tells what is strange about the configuration, as far as it was not when it was read before.</summary>
    public void Warn(IReadOnlyList<ConfigurationError> warnings) => BestEffort.Run(() =>
    {
        foreach (var warning in warnings.Select(warning => warning.ToString()).Where(warning => !_warned.Contains(warning)))
        {
            logger.ConfigurationWarning(warning);
        }

        _warned = [.. warnings.Select(warning => warning.ToString())];
    });

    /// <summary>Tells what is strange about a server that code describes.</summary>
    public void WarnOfServer(IReadOnlyList<ConfigurationError> warnings) => BestEffort.Run(() =>
    {
        foreach (var warning in warnings)
        {
            logger.ConfigurationWarning(warning.ToString());
        }
    });

    /// <summary>Tells what is different from before.</summary>
    public void Applied(RealmTable before, RealmTable after, RealmLoader loader, bool hadFailed) => BestEffort.Run(() =>
    {
        var changes = loader.Added.Count + loader.Changed.Count + loader.Removed.Count;
        var isReordered = changes == 0 && !after.Realms.Select(realm => realm.Name).SequenceEqual(before.Realms.Select(realm => realm.Name));
        var server = ServerChange(before.Server, after.Server);
        if (changes > 0 || isReordered || server.Length > 0)
        {
            meter.Reconfigured("applied");
            logger.ConfigurationChanged(Names(loader.Added), Names(loader.Changed), Names(loader.Removed), after.Realms.Length - loader.Added.Count - loader.Changed.Count, server);
        }
        else if (hadFailed)
        {
            logger.ConfigurationRecovered();
        }
    });

    public void Refused(string failure) => BestEffort.Run(() =>
    {
        meter.Reconfigured("failed");
        logger.ConfigurationRefused(failure);
    });

    private static string ServerChange(BoundServer? before, BoundServer? after) => (before, after) switch
    {
        (null, null) => "",
        (null, _) => " There is a server now.",
        (_, null) => " There is no server any more.",
        _ => after.Definition.IsSameAs(before.Definition) ? "" : " The server has changed.",
    };

    private static string Names(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(name => $"'{name}'"));
}
