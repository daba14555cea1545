namespace Querier.Demo;

/// <summary>The files from which the querier takes who it is, and whom it trusts, in one realm. Paths begin at the demo's folder.</summary>
internal abstract class ClientFiles
{
    public abstract string Certificate { get; }

    public abstract string Key { get; }

    public abstract string Ca { get; }

    public abstract void Write(string ca, DemoCertificate certificate);
}
