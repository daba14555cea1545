using System.Globalization;

namespace Querier.Demo;

/// <summary>Files that are replaced together, as on a Kubernetes volume: they link into <c>..data</c>, which links to the current folder.</summary>
internal sealed class KubernetesVolume(DemoFolder folder, string name) : ClientFiles
{
    private string? _current;
    private int _version;

    public override string Certificate => $"{name}/tls.crt";

    public override string Key => $"{name}/tls.key";

    public override string Ca => $"{name}/ca.crt";

    public override void Write(string ca, DemoCertificate certificate)
    {
        var next = string.Create(CultureInfo.InvariantCulture, $"..version_{++_version}");
        folder.Write($"{name}/{next}/tls.crt", certificate.Chain);
        folder.Write($"{name}/{next}/tls.key", certificate.Key);
        folder.Write($"{name}/{next}/ca.crt", ca);
        Point(next);
        if (_current is null)
        {
            foreach (var file in new[] { Certificate, Key, Ca })
                File.CreateSymbolicLink(folder[file], $"..data/{Path.GetFileName(file)}");
        }
        else
        {
            Directory.Delete(folder[$"{name}/{_current}"], recursive: true);
        }

        _current = next;
    }

    private void Point(string version)
    {
        // File.Move cannot move a link to a folder, and Directory.Move cannot replace one. The new link is dangling where it is created.
        var link = folder[$"{name}/..next/..data"];
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, version);
        File.Move(link, folder[$"{name}/..data"], overwrite: true);
    }
}
