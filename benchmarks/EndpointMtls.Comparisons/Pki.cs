using EndpointMtls.Tests.Support;

namespace EndpointMtls.Comparisons;

/// <summary>The certificates of a run: a root, an intermediate and leaves, all with P-256 keys.</summary>
internal sealed class Pki : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestCa _intermediate;

    public Pki()
    {
        var root = TestCa.CreateRoot("root");
        _intermediate = root.CreateIntermediate("intermediate");
        var server = _intermediate.IssueServer("localhost", "127.0.0.1");
        _folder.Write("ca.crt", root.Pem);
        _folder.Write("server.crt", server.ChainPem);
        _folder.Write("server.key", server.KeyPem);
        IssueClient();
    }

    public string Folder => _folder.Root;

    /// <summary>The serial number of the client's certificate.</summary>
    public byte[] SerialNumber { get; private set; } = [];

    private string CertFile => _folder["tls.crt"];

    private string KeyFile => _folder["tls.key"];

    /// <summary>The settings of a client for a server that was started in this folder.</summary>
    public Target TargetAt(int tlsPort, int plaintextPort) => TargetIn(Folder) with { TlsPort = tlsPort, PlaintextPort = plaintextPort };

    /// <summary>The same without ports, for use in any process.</summary>
    public static Target TargetIn(string folder) =>
        new("localhost", 0, 0, Path.Combine(folder, "ca.crt"), Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), folder);

    /// <summary>Rotates the client's certificate: writes new files and renames them over the old ones.</summary>
    public void IssueClient()
    {
        var client = _intermediate.IssueClient("client");
        Replace(CertFile, client.ChainPem);
        Replace(KeyFile, client.KeyPem);
        SerialNumber = client.Leaf.SerialNumberBytes.ToArray();
    }

    public void Dispose() => _folder.Dispose();

    private void Replace(string path, string content) =>
        File.Move(_folder.Write($"{Path.GetFileName(path)}.new", content), path, overwrite: true);
}
