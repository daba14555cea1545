namespace EndpointMtls.Files;

/// <summary>Says what is wrong with a file, and what to do about it; who knows the key and the path adds them.</summary>
internal sealed class FileException(string what, string fix, Exception? inner = null) : Exception(what, inner)
{
    public string Fix { get; } = fix;

    /// <summary>Whether there is no such file.</summary>
    public bool IsMissing => InnerException is FileNotFoundException or DirectoryNotFoundException;
}
