using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EndpointMtls.Files;

/// <summary>What a set of files held at one moment.</summary>
internal sealed class FileSetContent
{
    private readonly ILookup<string, FileContent> _bySource;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    public FileSetContent(ImmutableArray<(string Source, FileContent Content)> files, bool isMoving, long startedAt, DateTimeOffset from, DateTimeOffset until)
    {
        StartedAt = startedAt;

        // The wall clock may be set back while files are read.
        (_from, _until) = from <= until ? (from, until) : (until, from);
        _bySource = files.ToLookup(file => file.Source, file => file.Content);
        Files = [.. files.Select(file => file.Content)];
        IsMoving = isMoving;
        Hash = HashOf(Files);
    }

    public ImmutableArray<FileContent> Files { get; }

    /// <summary>Whether the files changed while they were read, however often that was tried.</summary>
    public bool IsMoving { get; }

    /// <summary>The timestamp before the files were read.</summary>
    public long StartedAt { get; }

    /// <summary>Differs whenever the content does. Made of private keys as well: never to be shown.</summary>
    public string Hash { get; }

    public IEnumerable<(string Path, FileStamp? Stamp)> Stamps => Files.Select(file => (file.Path, file.Stamp));

    /// <summary>The one file of a path.</summary>
    public FileContent this[string path] => _bySource[path].First();

    /// <summary>The files of a path that may be a folder.</summary>
    public IEnumerable<FileContent> Of(string fileOrFolder) => _bySource[fileOrFolder];

    /// <summary>Whether any file was written while it was read or less than this time before or after, or cannot be read.</summary>
    public bool IsYoungerThan(TimeSpan age) =>
        IsMoving || Files.Any(file => file.Stamp is not { } stamp || stamp.IsNear(_from, _until, age));

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
