namespace Querier.Demo;

/// <summary>Files that are replaced one by one, each by renaming a new file over the old one.</summary>
internal sealed class RenamedFiles(DemoFolder folder, string cluster) : ClientFiles
{
    public override string Certificate => $"{cluster}-querier.crt";

    public override string Key => $"{cluster}-querier.key";

    public override string Ca => $"{cluster}-ca.crt";

    public override void Write(string ca, DemoCertificate certificate)
    {
        folder.Write(Ca, ca);
        folder.Write(Key, certificate.Key);
        folder.Write(Certificate, certificate.Chain);
    }
}
