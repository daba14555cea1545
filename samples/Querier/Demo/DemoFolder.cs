using System.Text;

namespace Querier.Demo;

/// <summary>A temporary folder for one run that only its owner can read. Disposing it deletes all its files.</summary>
internal sealed class DemoFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("endpoint-mtls-demo-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>Writes or replaces a file atomically: no reader sees a part of it.</summary>
    public string Write(string name, string content)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        var incomplete = path + ".new";
        using (var writer = new StreamWriter(incomplete, new UTF8Encoding(), options))
            writer.Write(content);
        File.Move(incomplete, path, overwrite: true);
        return path;
    }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has deleted it.
        }
    }
}
