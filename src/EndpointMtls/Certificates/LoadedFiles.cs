using System.Collections.Immutable;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>The files of a realm as they were read for the first time, ready to come into use.</summary>
internal sealed record LoadedFiles(RealmDefinition Definition, FileSet Files, FileMonitor Monitor, TlsFiles Content)
{
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamps => Monitor.Stamps;

    /// <param name="definition">The realm.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="debouncer">Decides whether the files are at rest; <see langword="null"/> when we are just starting and cannot wait. Only then may the clock be what is wrong, and is told.</param>
    /// <param name="inUse">What these files would replace, if anything.</param>
    /// <returns>What was loaded, unless there were errors; and whether the files are still being written, so that another look will tell more.</returns>
    public static (LoadedFiles? Loaded, bool IsChanging) Load(
        RealmDefinition definition, ConfigurationErrors errors, TimeProvider timeProvider, Debouncer? debouncer = null, TlsFiles? inUse = null)
    {
        var tls = definition.Tls!;
        var files = new FileSet(new[] { tls.CertFile, tls.KeyFile, tls.KeyPasswordFile }.OfType<string>().Distinct(), tls.CaFiles);
        var monitor = new FileMonitor(files, timeProvider);
        TlsFiles? loaded = null;
        var found = new ConfigurationErrors();
        var content = monitor.ReadFirst(content =>
        {
            found = new ConfigurationErrors();
            loaded = new TlsFilesReader(definition, found, tellsTime: debouncer is null).Read(content, timeProvider.GetUtcNow(), inUse);
            return loaded is not null;
        });
        if (debouncer?.Accepts(content) == false)
        {
            return (null, IsChanging: true);
        }

        errors.AddRange(found);
        return (loaded is null ? null : new LoadedFiles(definition, files, monitor, loaded), IsChanging: false);
    }
}
