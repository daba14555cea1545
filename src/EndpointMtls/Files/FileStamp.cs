using Microsoft.Win32.SafeHandles;

namespace EndpointMtls.Files;

/// <summary>Tells one state of a file from another without reading it.</summary>
/// <remarks>
/// Taken from an open handle, because a path may end in a symbolic link: the link of a Kubernetes volume never changes,
/// the file behind it does. Compared for equality alone, so that a file put back in place is noticed as well.
/// </remarks>
internal readonly record struct FileStamp(DateTimeOffset LastWriteTime, long Length)
{
    public static FileStamp Of(SafeFileHandle handle) => new(File.GetLastWriteTimeUtc(handle), RandomAccess.GetLength(handle));

    /// <summary>How far from now the file was written; never negative, for clocks differ.</summary>
    public TimeSpan Age(DateTimeOffset now) => (now - LastWriteTime).Duration();
}
