using System.Collections.Immutable;

namespace EndpointMtls.Files;

/// <summary>A set of files that are read together. Immutable and thread-safe.</summary>
/// <param name="files">Paths of files.</param>
/// <param name="filesOrFolders">Paths of files or folders. A folder stands for its <c>.pem</c>, <c>.crt</c> and <c>.cer</c> files.</param>
/// <param name="rules">Which files are accepted; defaults to <see cref="FileRules.Default"/>.</param>
internal sealed class FileSet(IEnumerable<string> files, IEnumerable<string> filesOrFolders, FileRules? rules = null)
{
    private const int Attempts = 3;

    private static readonly string[] Extensions = [".pem", ".crt", ".cer"];

    private readonly ImmutableArray<string> _files = [.. files];
    private readonly ImmutableArray<string> _filesOrFolders = [.. filesOrFolders];

    /// <summary>The paths of the files and folders.</summary>
    public IEnumerable<string> Paths => _files.Concat(_filesOrFolders);

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
            var files = Expand().Select(file => (file.Source, Content: FileContent.Read(file.Path, rules))).ToImmutableArray();
            var hasChanged = !files.Select(file => (file.Content.Path, file.Content.Stamp)).SequenceEqual(Stamp());
            if (!hasChanged || attempt == Attempts)
            {
                return new FileSetContent(files, hasChanged, startedAt, from, until: timeProvider.GetUtcNow());
            }
        }
    }

    private IEnumerable<(string Source, string Path)> Expand() =>
        _files.Select(path => (path, path)).Concat(_filesOrFolders.SelectMany(source => FilesOf(source), (source, path) => (source, path)));

    private static IEnumerable<string> FilesOf(string source)
    {
        if (!Directory.Exists(source))
        {
            return [source];
        }

        try
        {
            return Directory.GetFiles(source).Where(IsIncluded).Order(StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [source];
        }
    }

    // Hidden files are internal files of Kubernetes volumes, or temporary files of writers.
    private static bool IsIncluded(string path) =>
        !Path.GetFileName(path).StartsWith('.') && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
