using System.Security.Cryptography.X509Certificates;

namespace Samples.Tests.Support;

/// <summary>A temporary folder of PEM files. Disposing it deletes the files.</summary>
internal sealed class PemFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samples-tests-");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    public string WriteCertificates(string name, params X509Certificate2[] certificates) =>
        Write(name, string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n")));

    public string WriteKey(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("The certificate has no key.", nameof(certificate));
        return Write(name, key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
