using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EndpointMtls.Files;

/// <summary>The content of a set of files at one time. Immutable.</summary>
internal sealed class FileSetContent
{
    private readonly ILookup<FileSource, FileContent> _bySource;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    /// <param name="files">The files, each with the file or folder that it belongs to.</param>
    /// <param name="changedDuringRead">Whether the files changed while they were read.</param>
    /// <param name="startedAt">The timestamp before the files were read.</param>
    /// <param name="from">The time before the files were read.</param>
    /// <param name="until">The time after the files were read.</param>
    public FileSetContent(
        ImmutableArray<(FileSource Source, FileContent Content)> files, bool changedDuringRead, long startedAt,
        DateTimeOffset from, DateTimeOffset until)
    {
        StartedAt = startedAt;

        // The wall clock may be set back while files are read.
        (_from, _until) = from <= until ? (from, until) : (until, from);
        _bySource = files.ToLookup(file => file.Source, file => file.Content);
        Files = [.. files.Select(file => file.Content)];
        ChangedDuringRead = changedDuringRead;
        Hash = HashOf(Files);
    }

    /// <summary>The files, in the order of the set.</summary>
    public ImmutableArray<FileContent> Files { get; }

    /// <summary>Whether the files changed during each attempt to read them, so that they may not belong together.</summary>
    public bool ChangedDuringRead { get; }

    /// <summary>The timestamp before the files were read.</summary>
    public long StartedAt { get; }

    /// <summary>The SHA-256 hash of paths, content and problems. It covers private keys, so do not log it.</summary>
    public string Hash { get; }

    /// <summary>The paths of the files, with their stamps.</summary>
    public IEnumerable<(string Path, FileStamp? Stamp)> Stamps => Files.Select(file => (file.Path, file.Stamp));

    /// <summary>The file with this path.</summary>
    public FileContent this[string path] => _bySource[new(path)].First();

    /// <summary>Returns the file with this path, or the files of the folder.</summary>
    public IEnumerable<FileContent> Of(string fileOrFolder) => _bySource[new(fileOrFolder)];

    /// <summary>Returns the CRL file with this path, or the CRL files of the folder.</summary>
    public IEnumerable<FileContent> CrlsOf(string fileOrFolder) => _bySource[new(fileOrFolder, IsCrl: true)];

    /// <summary>
    /// Returns whether any file was written during the read, or less than <paramref name="age"/> before or after it, or cannot be opened.
    /// </summary>
    public bool IsYoungerThan(TimeSpan age) =>
        ChangedDuringRead || Files.Any(file => file.Stamp is not { } stamp || stamp.IsNear(_from, _until, age));

    private static string HashOf(ImmutableArray<FileContent> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            Append(Encoding.UTF8.GetBytes(file.Path));
            Append(file.Bytes);
            Append(Encoding.UTF8.GetBytes(file.Problem?.Message ?? ""));
        }

        return Convert.ToHexString(hash.GetHashAndReset());

        void Append(byte[] part)
        {
            var length = part.Length;
            hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
            hash.AppendData(part);
        }
    }
}
