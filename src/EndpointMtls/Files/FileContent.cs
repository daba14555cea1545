using Microsoft.Win32.SafeHandles;

namespace EndpointMtls.Files;

/// <summary>A file at one moment: its stamp and its bytes, or why it has none.</summary>
internal sealed record FileContent(string Path, FileStamp? Stamp, byte[] Bytes, FileException? Problem)
{
    /// <summary>More than any certificate or key needs.</summary>
    public const int DefaultMaxLength = 1 << 20;

    /// <summary>The bytes.</summary>
    /// <exception cref="FileException">The file cannot be read.</exception>
    public byte[] Require() => Problem is null ? Bytes : throw Problem;

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

            var bytes = new byte[stamp.Length];
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            stream.ReadExactly(bytes);
            return new FileContent(path, stamp, bytes, Problem: null);
        }
        catch (Exception exception) when (Explain(exception) is { } problem)
        {
            return new FileContent(path, Stamp: null, Bytes: [], problem);
        }
    }

    /// <summary>The stamp alone; <see langword="null"/> if the file cannot be opened.</summary>
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

        // Opening a pipe waits until somebody writes to it. Pipes and devices have no length, and nor has any file of use.
        // The target is only a guess: .NET resolves '..' in a link as text. What is not there is left to the system to tell.
        var file = new FileInfo(path);
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return target is { Exists: true, Length: 0 }
            ? throw new FileException("is empty, or is not an ordinary file", "Check the path, and what writes the file")
            : File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
    }

    private static FileException? Explain(Exception exception) => exception switch
    {
        FileException problem => problem,
        FileNotFoundException or DirectoryNotFoundException => new FileException("does not exist", "Check the path", exception),
        UnauthorizedAccessException => new FileException("may not be read", $"Let the user '{Environment.UserName}' read it", exception),
        EndOfStreamException => new FileException("became shorter while it was read", "Write the file whole: to a temporary name first, then rename it", exception),
        IOException or NotSupportedException or ArgumentException =>
            new FileException($"cannot be read: {exception.Message.TrimEnd('.')}", "Check that it is an ordinary file, and the disk it is on", exception),
        _ => null,
    };
}
