using Microsoft.Win32.SafeHandles;

namespace EndpointMtls.Files;

/// <summary>The time and length of a file, to detect a change without reading the content.</summary>
/// <remarks>
/// Read from an open handle, because a path may be a symbolic link: on a Kubernetes volume the link never changes, but its target
/// does. Compare stamps only for equality, so that an older file in the same place is also a change.
/// </remarks>
internal readonly record struct FileStamp(DateTimeOffset LastWriteTime, long Length)
{
    /// <summary>Returns the stamp of an open file.</summary>
    public static FileStamp Of(SafeFileHandle handle) => new(File.GetLastWriteTimeUtc(handle), RandomAccess.GetLength(handle));

    /// <summary>Returns whether the file was written between two times, or less than a distance before or after them.</summary>
    /// <remarks>A file can be written after the second time because the clocks of file servers differ.</remarks>
    public bool IsNear(DateTimeOffset from, DateTimeOffset until, TimeSpan distance) =>
        LastWriteTime - until < distance && from - LastWriteTime < distance;
}
