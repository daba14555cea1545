using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Querier.Demo;

/// <summary>A temporary certificate authority: a root, or an intermediate. Its private key stays in memory.</summary>
internal sealed class DemoCa
{
    // Longer than the demo runs, so that a CA certificate outlives the certificates that it issues.
    private const int RootYears = 10;
    private const int IntermediateYears = 5;

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;
    private readonly bool _isRoot;

    private DemoCa(X509Certificate2 certificate, TimeProvider time, bool isRoot) =>
        (_certificate, _time, _isRoot) = (certificate, time, isRoot);

    public string Pem => _certificate.ExportCertificatePem() + "\n";

    public static DemoCa CreateRoot(string name, TimeProvider time)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = time.GetUtcNow();
        return new DemoCa(CaRequest(name, key).CreateSelfSigned(now.AddDays(-1), now.AddYears(RootYears)), time, isRoot: true);
    }

    public DemoCa CreateIntermediate(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(CaRequest(name, key), _time.GetUtcNow().AddYears(IntermediateYears));
        return new DemoCa(certificate.CopyWithPrivateKey(key), _time, isRoot: false);
    }

    /// <summary>Issues a certificate for a server with this name.</summary>
    public DemoCertificate IssueServer(string name, TimeSpan life)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        return Issue(name, life, ServerAuthentication, names.Build());
    }

    public DemoCertificate IssueClient(string name, TimeSpan life) => Issue(name, life, ClientAuthentication);

    private DemoCertificate Issue(string name, TimeSpan life, Oid usage, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        using var leaf = Sign(request, _time.GetUtcNow() + life);
        return new(leaf.ExportCertificatePem() + "\n" + (_isRoot ? "" : Pem), key.ExportPkcs8PrivateKeyPem() + "\n", leaf.SerialNumber);
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset until)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        return request.Create(_certificate, _time.GetUtcNow().AddMinutes(-1), until, RandomNumberGenerator.GetBytes(8));
    }

    private static CertificateRequest CaRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
