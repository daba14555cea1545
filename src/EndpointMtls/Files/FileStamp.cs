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

    /// <summary>Whether the file was written between two times, or less than a distance before or after them. It may be after, because clocks differ.</summary>
    public bool IsNear(DateTimeOffset from, DateTimeOffset until, TimeSpan distance) => LastWriteTime - until < distance && from - LastWriteTime < distance;
}
