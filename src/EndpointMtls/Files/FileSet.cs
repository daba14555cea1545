using System.Collections.Immutable;

namespace EndpointMtls.Files;

/// <summary>A set of files that are read together. Immutable and thread-safe.</summary>
/// <param name="files">Paths of files.</param>
/// <param name="filesOrFolders">Paths of files or folders. A folder stands for its <c>.pem</c>, <c>.crt</c> and <c>.cer</c> files.</param>
/// <param name="rules">Which files are accepted; defaults to <see cref="FileRules.Default"/>.</param>
/// <param name="crls">Paths of CRL files, or of folders that stand for their <c>.crl</c> and <c>.pem</c> files.</param>
internal sealed class FileSet(
    IEnumerable<string> files, IEnumerable<string> filesOrFolders, FileRules? rules = null, IEnumerable<string>? crls = null)
{
    private const int Attempts = 3;

    // CRLs can have hundreds of thousands of entries.
    private static readonly FileRules CrlRules = new(16 << 20, "Check the path");

    private static readonly string[] Extensions = [".pem", ".crt", ".cer"];
    private static readonly string[] CrlExtensions = [".crl", ".pem"];

    private readonly ImmutableArray<string> _files = [.. files];
    private readonly ImmutableArray<string> _filesOrFolders = [.. filesOrFolders];
    private readonly ImmutableArray<string> _crls = [.. crls ?? []];

    /// <summary>The paths of the files and folders.</summary>
    public IEnumerable<string> Paths => _files.Concat(_filesOrFolders).Concat(_crls);

    /// <summary>Returns the files of the set, with their stamps. A stamp is null if the file cannot be opened.</summary>
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamp() =>
        [.. Expand().Select(file => (file.Path, FileContent.StampOf(file.Path)))];

    /// <summary>
    /// Reads all files. If any changes meanwhile, it reads again, at most three times in all, and then sets
    /// <see cref="FileSetContent.ChangedDuringRead"/>.
    /// </summary>
    public FileSetContent Read(TimeProvider timeProvider)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (from, startedAt) = (timeProvider.GetUtcNow(), timeProvider.GetTimestamp());
            var files = Expand()
                .Select(file => (file.Source, Content: FileContent.Read(file.Path, file.Source.IsCrl ? CrlRules : rules)))
                .ToImmutableArray();
            var hasChanged = !files.Select(file => (file.Content.Path, file.Content.Stamp)).SequenceEqual(Stamp());
            if (!hasChanged || attempt == Attempts)
            {
                return new FileSetContent(files, hasChanged, startedAt, from, until: timeProvider.GetUtcNow());
            }
        }
    }

    private IEnumerable<(FileSource Source, string Path)> Expand() =>
    [
        .. _files.Select(path => (new FileSource(path), path)),
        .. _filesOrFolders.SelectMany(source => FilesOf(source, Extensions), (source, path) => (new FileSource(source), path)),
        .. _crls.SelectMany(source => FilesOf(source, CrlExtensions), (source, path) => (new FileSource(source, IsCrl: true), path)),
    ];

    private static IEnumerable<string> FilesOf(string source, string[] extensions)
    {
        if (!Directory.Exists(source))
        {
            return [source];
        }

        try
        {
            return Directory.GetFiles(source).Where(path => IsIncluded(path, extensions)).Order(StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [source];
        }
    }

    // Hidden files are internal files of Kubernetes volumes, or temporary files of writers.
    private static bool IsIncluded(string path, string[] extensions) =>
        !Path.GetFileName(path).StartsWith('.') && extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}

/// <summary>A path of a <see cref="FileSet"/>: a file, or a folder.</summary>
/// <param name="Path">The path.</param>
/// <param name="IsCrl">Whether it holds CRLs.</param>
internal readonly record struct FileSource(string Path, bool IsCrl = false);
