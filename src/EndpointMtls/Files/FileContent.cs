using Microsoft.Win32.SafeHandles;

namespace EndpointMtls.Files;

/// <summary>The content of a file, or the reason why it cannot be read.</summary>
/// <param name="Path">The path.</param>
/// <param name="Stamp">The stamp; <see langword="null"/> if the file cannot be opened.</param>
/// <param name="Bytes">The bytes; empty if the file cannot be read.</param>
/// <param name="Problem">The reason why the file cannot be read; otherwise <see langword="null"/>.</param>
internal sealed record FileContent(string Path, FileStamp? Stamp, byte[] Bytes, FileException? Problem)
{
    /// <summary>1 MiB, in bytes: more than any certificate or key needs.</summary>
    public const int DefaultMaxLength = 1 << 20;

    /// <summary>The permissions; <see langword="null"/> on Windows, or if the file cannot be read.</summary>
    public UnixFileMode? Mode { get; private init; }

    /// <summary>Returns the bytes.</summary>
    /// <exception cref="FileException">The file cannot be read.</exception>
    public byte[] Require() => Problem is null ? Bytes : throw Problem;

    /// <summary>Reads a file. A file above the limit is a problem.</summary>
    public static FileContent Read(string path, int maxLength = DefaultMaxLength)
    {
        try
        {
            using var handle = Open(path);
            var stamp = FileStamp.Of(handle);
            if (stamp.Length > maxLength)
            {
                return new FileContent(path, stamp, Bytes: [], new FileException(
                    $"is {stamp.Length:N0} bytes long", $"No file here needs more than {maxLength:N0} bytes: check the path"));
            }

            UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(handle);
            var bytes = new byte[stamp.Length];
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            stream.ReadExactly(bytes);
            return new FileContent(path, stamp, bytes, Problem: null) { Mode = mode };
        }
        catch (Exception exception) when (Explain(exception) is { } problem)
        {
            return new FileContent(path, Stamp: null, Bytes: [], problem);
        }
    }

    /// <summary>Returns the stamp without the content; <see langword="null"/> if the file cannot be opened.</summary>
    public static FileStamp? StampOf(string path)
    {
        try
        {
            using var handle = Open(path);
            return FileStamp.Of(handle);
        }
        catch (Exception exception) when (Explain(exception) is not null)
        {
            return null;
        }
    }

    private static SafeFileHandle Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new FileException("is a folder", "Give the path of a file");
        }

        // Opening a pipe would block until a writer opens it. Pipes and devices have length 0; no useful file has.
        // .NET resolves '..' in a link as text, so the target may be wrong. If it does not exist, OpenHandle decides.
        var file = new FileInfo(path);
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return target is { Exists: true, Length: 0 }
            ? throw new FileException("is empty, or is not an ordinary file", "Check the path, and the program that writes the file")
            : File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
    }

    private static FileException? Explain(Exception exception) => exception switch
    {
        FileException problem => problem,
        FileNotFoundException or DirectoryNotFoundException => new FileException("does not exist", "Check the path", exception),
        UnauthorizedAccessException =>
            new FileException(
                "cannot be read: permission denied", $"Give the user '{Environment.UserName}' the right to read it", exception),
        EndOfStreamException => new FileException(
            "became shorter while it was read", "Write the file whole: to a temporary name first, then rename it", exception),
        IOException or NotSupportedException or ArgumentException => new FileException(
            $"cannot be read: {exception.Message.TrimEnd('.')}", "Check that it is an ordinary file, and the disk it is on", exception),
        _ => null,
    };
}
