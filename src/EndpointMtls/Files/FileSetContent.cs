using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EndpointMtls.Files;

/// <summary>What a set of files held at one moment.</summary>
internal sealed class FileSetContent
{
    private readonly ILookup<string, FileContent> _bySource;

    public FileSetContent(ImmutableArray<(string Source, FileContent Content)> files, bool isMoving)
    {
        _bySource = files.ToLookup(file => file.Source, file => file.Content);
        Files = [.. files.Select(file => file.Content)];
        IsMoving = isMoving;
        Hash = HashOf(Files);
    }

    public ImmutableArray<FileContent> Files { get; }

    /// <summary>Whether the files changed while they were read, however often that was tried.</summary>
    public bool IsMoving { get; }

    /// <summary>Differs whenever the content does. Made of private keys as well: never to be shown.</summary>
    public string Hash { get; }

    public IEnumerable<(string Path, FileStamp? Stamp)> Stamps => Files.Select(file => (file.Path, file.Stamp));

    /// <summary>The one file of a path.</summary>
    public FileContent this[string path] => _bySource[path].First();

    /// <summary>The files of a path that may be a folder.</summary>
    public IEnumerable<FileContent> Of(string fileOrFolder) => _bySource[fileOrFolder];

    /// <summary>Whether any file was written within a time from now, or cannot be read.</summary>
    public bool IsYoungerThan(TimeSpan age, DateTimeOffset now) =>
        IsMoving || Files.Any(file => file.Stamp is not { } stamp || stamp.Age(now) < age);

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
