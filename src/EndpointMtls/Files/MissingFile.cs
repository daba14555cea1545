using EndpointMtls.Text;

namespace EndpointMtls.Files;

/// <summary>Explains why there is no file at a path.</summary>
internal static class MissingFile
{
    private const string CheckPath = "Check the path";

    /// <param name="path">The path.</param>
    /// <param name="inner">The exception of the system.</param>
    public static FileException Explain(string path, Exception inner)
    {
        string? missingFolder = null;
        var folder = Path.GetDirectoryName(path);
        while (folder is { Length: > 0 } && !Directory.Exists(folder))
        {
            (missingFolder, folder) = (folder, Path.GetDirectoryName(folder));
        }

        // A folder that exists may have any name.
        var rest = path[(folder?.Length ?? 0)..];
        return (TextMistake.Find(rest) ?? FindSeparator(rest)) is { } mistake
            ? new FileException($"does not exist: {mistake.Problem}", mistake.Fix, inner)
            : new FileException(
                "does not exist", missingFolder is null ? CheckPath : $"{CheckPath}: there is no folder '{missingFolder}'", inner);
    }

    private static TextMistake? FindSeparator(string path) =>
        path.Contains('\\') && Path.DirectorySeparatorChar == '/' ? new TextMistake("'\\' does not separate folders here", "Write '/'")
        : path.IndexOfAny([',', ';']) >= 0 ? new TextMistake("it may be several paths in one text", "Write several paths as a list")
        : null;
}
