namespace EndpointMtls.Tests.Support;

/// <summary>A folder for one test, removed with everything in it.</summary>
internal sealed class TempFolder : IDisposable
{
    /// <summary>Ends what watches folders: a watcher whose folder is gone cannot be woken any more, and keeps one of the few for good.</summary>
    public static Action BeforeRemoval { get; set; } = () => { };

    public string Root { get; } = Directory.CreateTempSubdirectory("endpoint-mtls-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Writes a file that only the user can read, as a private key should be.</summary>
    public string Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return this[name];
    }

    /// <summary>Writes what a realm needs as <c>name/ca.crt</c>, <c>name/tls.crt</c> and <c>name/tls.key</c>.</summary>
    public TlsOptions WriteRealm(string name, TestCa authority, TestCertificate? client) => new()
    {
        CaFile = { Write($"{name}/ca.crt", authority.Pem) },
        CertFile = client is null ? null : Write($"{name}/tls.crt", client.ChainPem),
        KeyFile = client is null ? null : Write($"{name}/tls.key", client.KeyPem),
    };

    public void Dispose()
    {
        BeforeRemoval();
        Directory.Delete(Root, recursive: true);
    }
}
