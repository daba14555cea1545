namespace Querier.Demo;

/// <summary>The certificate files of the querier in one realm. Paths are relative to the folder of the demo.</summary>
internal abstract class ClientFiles
{
    public abstract string Certificate { get; }

    public abstract string Key { get; }

    public abstract string Ca { get; }

    public abstract void Write(string ca, DemoCertificate certificate);
}
