using EndpointMtls.Files;

namespace EndpointMtls.Discovery;

/// <summary>A path as file_sd has it: one file, or those of one folder that match a name with one <c>*</c>.</summary>
/// <remarks>
/// The star stands for any characters, and no other character has a meaning: Prometheus documents nothing else. As in a
/// shell, it does not stand for a dot at the beginning: such names are the inner life of a Kubernetes volume, or files on
/// their way in.
/// </remarks>
internal sealed class TargetPattern
{
    private readonly string _folder;
    private readonly string _start;
    private readonly string? _end;

    public TargetPattern(string path)
    {
        FullPath = Path.GetFullPath(path);
        _folder = Path.GetDirectoryName(FullPath)!;
        var name = Path.GetFileName(FullPath).Split('*', 2);
        (_start, _end) = (name[0], name.Length == 1 ? null : name[1]);
    }

    public string FullPath { get; }

    /// <summary>Whether it is the path of one file.</summary>
    public bool IsLiteral => _end is null;

    public bool Matches(string path) => IsLiteral ? path == FullPath : Path.GetDirectoryName(path) == _folder && MatchesName(Path.GetFileName(path));

    /// <summary>The files it stands for now. One file is among them whether it exists or not.</summary>
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
            throw new FileException("is in a folder that does not exist", "Create it, or check the path", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new FileException("is in a folder that may not be listed", $"Let the user '{Environment.UserName}' read it", exception);
        }
        catch (Exception exception)
        {
            throw new FileException($"is in a folder that cannot be listed: {exception.Message.TrimEnd('.')}", "Check that it is a folder, and the disk it is on", exception);
        }
    }

    private bool MatchesName(string name) =>
        name.Length >= _start.Length + _end!.Length
        && name.StartsWith(_start, StringComparison.Ordinal) && name.EndsWith(_end, StringComparison.Ordinal)
        && !(_start.Length == 0 && name.StartsWith('.'));
}
