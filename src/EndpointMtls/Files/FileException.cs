namespace EndpointMtls.Files;

/// <summary>Says what is wrong with a file and how to fix it. The catcher adds the key and the path.</summary>
internal sealed class FileException(string what, string fix, Exception? inner = null) : Exception(what, inner)
{
    /// <summary>How to fix it, as an imperative without a full stop.</summary>
    public string Fix { get; } = fix;

    /// <summary>Whether the file does not exist. A link to a missing file does exist.</summary>
    public bool IsMissing => InnerException is FileNotFoundException or DirectoryNotFoundException;

    /// <summary>Whether the file is missing, empty or being written: another program may be about to write it.</summary>
    public bool IsUnwritten
    {
        get => field || IsMissing;
        init;
    }
}
