using System.Collections.Immutable;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>The certificate files of a realm: loaded once, and ready to be monitored.</summary>
internal sealed record CertificateSource(RealmDefinition Definition, FileSet Files, FileMonitor Monitor, FileCredentials Credentials)
{
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamps => Monitor.Stamps;

    /// <param name="definition">The realm.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="debouncer">
    /// Decides whether the files are still changing. <see langword="null"/> at the start, which cannot wait: only then, errors
    /// include the current time, because the clock may be wrong.
    /// </param>
    /// <param name="inUse">The credentials that these files would replace, if any.</param>
    /// <returns>The source, unless there were errors; and whether the files are still changing and must be loaded again later.</returns>
    public static (CertificateSource? Loaded, bool IsChanging) Load(
        RealmDefinition definition,
        ConfigurationErrors errors,
        TimeProvider timeProvider,
        Debouncer? debouncer = null,
        FileCredentials? inUse = null)
    {
        var tls = definition.Tls!;
        var files = new FileSet(
            new[] { tls.CertFile, tls.KeyFile, tls.KeyPasswordFile }.OfType<string>().Distinct(), tls.CaFiles, crls: tls.CrlFiles);
        var monitor = new FileMonitor(files, timeProvider);
        FileCredentials? credentials = null;
        var found = new ConfigurationErrors();
        var content = monitor.ReadFirst(content =>
        {
            found = new ConfigurationErrors();
            var reader = new TlsFilesReader(definition, found, includesTime: debouncer is null);
            credentials = reader.Read(content, timeProvider.GetUtcNow(), inUse);
            return credentials is not null;
        });
        if (debouncer?.Accepts(content) == false)
        {
            return (null, IsChanging: true);
        }

        errors.AddRange(found);
        return (credentials is null ? null : new CertificateSource(definition, files, monitor, credentials), IsChanging: false);
    }
}
