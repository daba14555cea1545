using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Querier.Demo;

/// <summary>A throw-away certificate authority: a root, or an intermediate under one. Its key never leaves the process.</summary>
internal sealed class DemoAuthority
{
    // Each outlasts what it issues, however long the demo runs.
    private const int RootYears = 10;
    private const int IntermediateYears = 5;

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;
    private readonly bool _isRoot;

    private DemoAuthority(X509Certificate2 certificate, TimeProvider time, bool isRoot) =>
        (_certificate, _time, _isRoot) = (certificate, time, isRoot);

    public string Pem => _certificate.ExportCertificatePem() + "\n";

    public static DemoAuthority CreateRoot(string name, TimeProvider time)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = time.GetUtcNow();
        return new DemoAuthority(AuthorityRequest(name, key).CreateSelfSigned(now.AddDays(-1), now.AddYears(RootYears)), time, isRoot: true);
    }

    public DemoAuthority CreateIntermediate(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(AuthorityRequest(name, key), _time.GetUtcNow().AddYears(IntermediateYears));
        return new DemoAuthority(certificate.CopyWithPrivateKey(key), _time, isRoot: false);
    }

    /// <summary>A certificate for the server of that name.</summary>
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
        return request.Create(_certificate, _time.GetUtcNow().AddHours(-1), until, RandomNumberGenerator.GetBytes(8));
    }

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}
