using EndpointMtls.Text;
using Microsoft.Win32.SafeHandles;

namespace EndpointMtls.Files;

/// <summary>The content of a file, or the reason why it cannot be read.</summary>
/// <param name="Path">The path.</param>
/// <param name="Stamp">The stamp; <see langword="null"/> if the file cannot be opened.</param>
/// <param name="Bytes">The bytes; empty if the file cannot be read.</param>
/// <param name="Problem">The reason why the file cannot be read; otherwise <see langword="null"/>.</param>
internal sealed record FileContent(string Path, FileStamp? Stamp, byte[] Bytes, FileException? Problem)
{
    // .NET's own exceptions have this HResult. Those of the system have the number of the system's error.
    private const int ErrorOfNet = unchecked((int)0x80131620);

    /// <summary>The permissions; <see langword="null"/> on Windows, or if the file cannot be read.</summary>
    public UnixFileMode? Mode { get; private init; }

    /// <summary>Returns the bytes.</summary>
    /// <exception cref="FileException">The file cannot be read.</exception>
    public byte[] Require() => Problem is null ? Bytes : throw Problem;

    /// <summary>Reads a file. A file that <paramref name="rules"/> do not accept is a problem.</summary>
    public static FileContent Read(string path, FileRules? rules = null)
    {
        rules ??= FileRules.Default;
        try
        {
            using var handle = Open(path, rules);
            var stamp = FileStamp.Of(handle);
            if (rules.ProblemOf(stamp.Length) is { } tooLarge)
            {
                return new FileContent(path, stamp, Bytes: [], tooLarge);
            }

            UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(handle);
            var bytes = new byte[stamp.Length];
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            stream.ReadExactly(bytes);
            return new FileContent(path, stamp, bytes, Problem: null) { Mode = mode };
        }
        catch (Exception exception) when (Explain(exception, path) is { } problem)
        {
            return new FileContent(path, Stamp: null, Bytes: [], problem);
        }
    }

    /// <summary>Returns the stamp without the content; <see langword="null"/> if the file cannot be opened.</summary>
    public static FileStamp? StampOf(string path)
    {
        try
        {
            using var handle = Open(path, FileRules.Default);
            return FileStamp.Of(handle);
        }
        catch (Exception exception) when (Explain(exception, path) is not null)
        {
            return null;
        }
    }

    private static SafeFileHandle Open(string path, FileRules rules)
    {
        if (Directory.Exists(path))
        {
            throw new FileException("is a folder", "Give the path of a file");
        }

        // Opening a pipe would block until a writer opens it. Pipes and devices have length 0; no useful file has.
        // .NET resolves '..' in a link as text, so the target may be wrong. If it does not exist, OpenHandle decides.
        return TargetOf(new FileInfo(path)) is { Exists: true, Length: 0 }
            ? throw new FileException("is empty, or is not a regular file", rules.FixForEmpty) { IsUnwritten = true }
            : File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
    }

    private static FileInfo TargetOf(FileInfo file)
    {
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }
        catch (IOException exception) when (exception.HResult == ErrorOfNet)
        {
            throw new FileException("is a link to itself", "Check the path", exception);
        }
    }

    private static FileException? Explain(Exception exception, string path) => exception switch
    {
        FileException problem => problem,
        FileNotFoundException when IsLink(path) =>
            new FileException("is a link to a file that does not exist", "Check the path") { IsUnwritten = true },
        FileNotFoundException or DirectoryNotFoundException => MissingFile.Explain(path, exception),
        PathTooLongException => new FileException("cannot be read: its path is too long", "Use a shorter path", exception),
        UnauthorizedAccessException =>
            new FileException(
                "cannot be read: permission denied", $"Give the user '{Environment.UserName}' the right to read it", exception),
        EndOfStreamException => new FileException(
            "became shorter while it was read", "Write the file whole: to a temporary name first, then rename it", exception)
        {
            IsUnwritten = true,
        },
        IOException or NotSupportedException or ArgumentException => new FileException(
            $"cannot be read: {ExceptionText.Of(exception)}", "Check that it is a regular file, and the disk it is on", exception),
        _ => null,
    };

    private static bool IsLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is not null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
