using System.Text;

namespace Querier.Demo;

/// <summary>A folder for one run, for its owner's eyes only, removed with everything in it.</summary>
internal sealed class DemoFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("endpoint-mtls-demo-");

    public string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var writer = new StreamWriter(path, new UTF8Encoding(), options);
        writer.Write(content);
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
            // Somebody was faster.
        }
    }
}
