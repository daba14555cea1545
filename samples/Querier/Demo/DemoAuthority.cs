using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Querier.Demo;

/// <summary>A throw-away certificate authority: a root, or an intermediate under one. Its key never leaves the process.</summary>
internal sealed class DemoAuthority
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 _certificate;
    private readonly DateTimeOffset _now;
    private readonly bool _isRoot;

    private DemoAuthority(X509Certificate2 certificate, DateTimeOffset now, bool isRoot) =>
        (_certificate, _now, _isRoot) = (certificate, now, isRoot);

    public string Pem => _certificate.ExportCertificatePem() + "\n";

    public static DemoAuthority CreateRoot(string name, DateTimeOffset now)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = AuthorityRequest(name, key).CreateSelfSigned(now.AddHours(-1), now.AddDays(2));
        return new DemoAuthority(root, now, isRoot: true);
    }

    public DemoAuthority CreateIntermediate(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(AuthorityRequest(name, key), _now.AddHours(47));
        return new DemoAuthority(certificate.CopyWithPrivateKey(key), _now, isRoot: false);
    }

    /// <summary>A certificate for the server of that name, in PEM, with the intermediates that lead to the root.</summary>
    public (string Chain, string Key) IssueServer(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        return Issue(name, ServerAuthentication, names.Build());
    }

    public (string Chain, string Key) IssueClient(string name) => Issue(name, ClientAuthentication);

    private (string Chain, string Key) Issue(string name, Oid usage, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        using var leaf = Sign(request, _now.AddHours(24));
        return (leaf.ExportCertificatePem() + "\n" + (_isRoot ? "" : Pem), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset until)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        return request.Create(_certificate, _now.AddHours(-1), until, RandomNumberGenerator.GetBytes(8));
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
