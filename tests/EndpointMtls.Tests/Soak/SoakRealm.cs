using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Soak;

/// <summary>A realm whose client certificate, chain and CA bundle are replaced on disk.</summary>
internal sealed class SoakRealm
{
    private readonly TempFolder _folder;
    private readonly string _name;
    private readonly SecretVolume? _volume;
    private readonly TestCa _clientRoot;
    private TestCa _clientIssuer;
    private TestCertificate _client;
    private string _bundle;

    // No quiet period applies to files with old write times, so that rotations can follow each other at once.
    private DateTimeOffset _writtenAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public SoakRealm(TempFolder folder, string name, TestCa clientRoot, TestCa serverRoot, bool asSecretVolume)
    {
        (_folder, _name, _clientRoot, _clientIssuer, _bundle) = (folder, name, clientRoot, clientRoot, serverRoot.Pem);
        _client = clientRoot.IssueClient($"{name} 0");
        _volume = asSecretVolume ? new SecretVolume(folder, name) : null;
        Write();
    }

    public TlsOptions Options => new()
    {
        CertFile = PathOf("tls.crt"),
        KeyFile = PathOf("tls.key"),
        CaFile = { PathOf("ca.crt") },
        CaOverlap = TimeSpan.FromSeconds(2),
        RotationJitter = TimeSpan.Zero,
    };

    public string Subject => _client.Subject;

    public void RotateLeaf(int number)
    {
        _client = _clientIssuer.IssueClient($"{_name} {number}");
        Write();
    }

    public void RotateChain(int number)
    {
        _clientIssuer = _clientRoot.CreateIntermediate($"{_name} intermediate {number}");
        RotateLeaf(number);
    }

    public void RotateBundle(params TestCa[] roots)
    {
        _bundle = string.Concat(roots.Select(root => root.Pem + "\n"));
        Write();
    }

    private string PathOf(string file) => _folder[Path.Combine(_name, file)];

    private void Write()
    {
        _writtenAt = _writtenAt.AddSeconds(1);
        (string Name, string Content)[] files = [("tls.crt", _client.ChainPem), ("tls.key", _client.KeyPem), ("ca.crt", _bundle)];
        if (_volume is not null)
        {
            _volume.Publish(_writtenAt, files);
            return;
        }

        foreach (var (file, content) in files)
        {
            var written = _folder.Write(Path.Combine(_name, $"{file}.tmp"), content);
            File.SetLastWriteTimeUtc(written, _writtenAt.UtcDateTime);
            File.Move(written, PathOf(file), overwrite: true);
        }
    }
}
