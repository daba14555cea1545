using System.Collections.Immutable;

namespace EndpointMtls.Files;

/// <summary>Files that belong together, and folders of which every <c>.pem</c>, <c>.crt</c> and <c>.cer</c> file does.</summary>
internal sealed class FileSet(IEnumerable<string> files, IEnumerable<string> filesOrFolders, int maxLength = FileContent.DefaultMaxLength)
{
    private const int Attempts = 3;

    private static readonly string[] Extensions = [".pem", ".crt", ".cer"];

    private readonly ImmutableArray<string> _files = [.. files];
    private readonly ImmutableArray<string> _filesOrFolders = [.. filesOrFolders];

    public IEnumerable<string> Paths => _files.Concat(_filesOrFolders);

    /// <summary>Which files there are, and their stamps.</summary>
    public ImmutableArray<(string Path, FileStamp? Stamp)> Stamp() => [.. Expand().Select(file => (file.Path, FileContent.StampOf(file.Path)))];

    /// <summary>Reads all of them as one set: if any moves meanwhile, reads again, and in the end says so.</summary>
    public FileSetContent Read(TimeProvider timeProvider)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (from, startedAt) = (timeProvider.GetUtcNow(), timeProvider.GetTimestamp());
            var files = Expand().Select(file => (file.Source, Content: FileContent.Read(file.Path, maxLength))).ToImmutableArray();
            var isMoving = !files.Select(file => (file.Content.Path, file.Content.Stamp)).SequenceEqual(Stamp());
            if (!isMoving || attempt == Attempts)
            {
                return new FileSetContent(files, isMoving, startedAt, from, until: timeProvider.GetUtcNow());
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
            // Names with a dot in front are the inner life of a Kubernetes volume, or files on their way in.
            return Directory.GetFiles(source)
                .Where(path => !Path.GetFileName(path).StartsWith('.') && Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [source];
        }
    }
}
