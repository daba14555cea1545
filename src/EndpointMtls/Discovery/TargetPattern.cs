using EndpointMtls.Files;
using EndpointMtls.Text;

namespace EndpointMtls.Discovery;

/// <summary>A path of file_sd: one file, or the files of one folder whose name matches a pattern with one <c>*</c>.</summary>
/// <remarks>
/// The <c>*</c> matches any characters, and no other character is special, as Prometheus documents. As in a shell, it does not
/// match a dot at the start of the name: such files belong to a Kubernetes volume, or are temporary.
/// </remarks>
internal sealed class TargetPattern
{
    private readonly string _folder;
    private readonly string _prefix;
    private readonly string? _suffix;

    public TargetPattern(string path)
    {
        FullPath = Path.GetFullPath(path);
        _folder = Path.GetDirectoryName(FullPath)!;
        var name = Path.GetFileName(FullPath).Split('*', 2);
        (_prefix, _suffix) = (name[0], name.Length == 1 ? null : name[1]);
    }

    public string FullPath { get; }

    /// <summary>Whether it is the path of one file.</summary>
    public bool IsLiteral => _suffix is null;

    public bool Matches(string path) => IsLiteral
        ? path == FullPath
        : Path.GetDirectoryName(path) == _folder && MatchesName(Path.GetFileName(path));

    /// <summary>Lists the files that match now. The path of one file is listed even if the file does not exist.</summary>
    /// <exception cref="FileException">The folder cannot be listed.</exception>
    public IReadOnlyList<string> List()
    {
        if (IsLiteral)
        {
            return [FullPath];
        }

        try
        {
            return [.. Directory.EnumerateFiles(_folder).Where(path => MatchesName(Path.GetFileName(path)))];
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileException("is in a folder that does not exist", "Create the folder, or check the path", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new FileException(
                "is in a folder that cannot be listed: permission denied",
                $"Give the user '{Environment.UserName}' the right to read it",
                exception);
        }
        catch (Exception exception)
        {
            throw new FileException(
                $"is in a folder that cannot be listed: {ExceptionText.Of(exception)}",
                "Check that it is a folder, and check its disk",
                exception);
        }
    }

    private bool MatchesName(string name) =>
        name.Length >= _prefix.Length + _suffix!.Length
        && name.StartsWith(_prefix, StringComparison.Ordinal) && name.EndsWith(_suffix, StringComparison.Ordinal)
        && !(_prefix.Length == 0 && name.StartsWith('.'));
}
