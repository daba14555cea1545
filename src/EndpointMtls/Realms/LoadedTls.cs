using System.Collections.Immutable;
using EndpointMtls.Configuration;
using EndpointMtls.Files;

namespace EndpointMtls.Realms;

/// <summary>The files of a realm as they were loaded for the first time, ready to come into use.</summary>
internal sealed record LoadedTls(RealmDefinition Definition, FileSet Files, FileMonitor Monitor, TlsFiles Content)
{
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamps => Monitor.Stamps;

    /// <param name="definition">The realm.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="isStart">Whether we are just starting: only then may the clock be what is wrong, and is told.</param>
    /// <returns><see langword="null"/> if there were errors.</returns>
    public static LoadedTls? Load(RealmDefinition definition, ConfigurationErrors errors, TimeProvider timeProvider, bool isStart)
    {
        var tls = definition.Tls!;
        var files = new FileSet(new[] { tls.CertFile, tls.KeyFile, tls.KeyPasswordFile }.OfType<string>().Distinct(), tls.CaFiles);
        var monitor = new FileMonitor(files, timeProvider);
        TlsFiles? loaded = null;
        var found = new ConfigurationErrors();
        monitor.ReadFirst(content =>
        {
            found = new ConfigurationErrors();
            loaded = new TlsFilesReader(definition, found, tellsTime: isStart).Read(content, timeProvider.GetUtcNow(), inUse: null);
            return loaded is not null;
        });
        errors.AddRange(found);
        return loaded is null ? null : new LoadedTls(definition, files, monitor, loaded);
    }
}
