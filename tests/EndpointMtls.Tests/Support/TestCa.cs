using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Tests.Support;

/// <summary>A CA of a test: a root or an intermediate.</summary>
internal sealed class TestCa
{
    public static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    public static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset FarAhead = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa? _issuer;
    private int _crls;

    private TestCa(X509Certificate2 certificate, TestCa? issuer)
    {
        Certificate = certificate;
        _issuer = issuer;
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>The intermediates from this CA up to the root, without the root.</summary>
    public IEnumerable<X509Certificate2> Intermediates =>
        _issuer is null ? [] : [Certificate, .. _issuer.Intermediates];

    public static TestCa CreateRoot(string name, DateTimeOffset? notAfter = null)
    {
        var request = CreateCaRequest(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));
        return new TestCa(request.CreateSelfSigned(LongAgo, notAfter ?? FarAhead), issuer: null);
    }

    public TestCa CreateIntermediate(string name, DateTimeOffset? notAfter = null, DateTimeOffset? notBefore = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = CreateCaRequest(name, key).Create(Certificate, notBefore ?? LongAgo, notAfter ?? FarAhead.AddDays(-1), CreateSerialNumber());
        return new TestCa(certificate.CopyWithPrivateKey(key), this);
    }

    /// <summary>A new certificate of this CA, with the same name and key.</summary>
    public TestCa IssueAgain(DateTimeOffset? notAfter = null) =>
        new(CreateCaRequest(Certificate.SubjectName.Name["CN=".Length..], Certificate.GetECDsaPrivateKey()!).CreateSelfSigned(LongAgo.AddYears(1), notAfter ?? FarAhead), _issuer);

    /// <summary>Signs a certificate of another CA: with it, who trusts this CA also trusts the other.</summary>
    public X509Certificate2 CrossSign(TestCa other, X509KeyUsageFlags usages = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign) =>
        CreateCaRequest(other.Certificate.SubjectName.Name["CN=".Length..], other.Certificate.GetECDsaPrivateKey()!, usages)
            .Create(Certificate, LongAgo, FarAhead.AddDays(-1), CreateSerialNumber());

    /// <summary>The certificate of this CA as a leaf.</summary>
    public TestCertificate AsLeaf() => new(X509CertificateLoader.LoadCertificate(Certificate.RawData), Certificate.GetECDsaPrivateKey()!, []);

    public TestCertificate IssueServer(params string[] names) => Issue($"server {names[0]}", names, ServerAuthentication);

    public TestCertificate IssueClient(string name, params string[] names) => Issue(name, names, ClientAuthentication);

    public TestCertificate Issue(
        string name, string[] names, Oid usage, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, AsymmetricAlgorithm? key = null, X509Extension? extension = null)
    {
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = $"CN={name}";
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        var subjectNames = new SubjectAlternativeNameBuilder();
        foreach (var host in names)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                subjectNames.AddIpAddress(address);
            }
            else if (host.Contains("://", StringComparison.Ordinal))
            {
                subjectNames.AddUri(new Uri(host));
            }
            else if (host.Contains('@', StringComparison.Ordinal))
            {
                subjectNames.AddEmailAddress(host);
            }
            else
            {
                subjectNames.AddDnsName(host);
            }
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(subjectNames.Build());
        }

        if (extension is not null)
        {
            request.CertificateExtensions.Add(extension);
        }

        var generator = X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!);
        var certificate = request.Create(Certificate.SubjectName, generator, notBefore ?? LongAgo, notAfter ?? FarAhead.AddDays(-2), CreateSerialNumber());
        return new TestCertificate(certificate, key, [.. Intermediates]);
    }

    /// <summary>Issues a CRL, in PEM.</summary>
    public string IssueCrl(params X509Certificate2[] revoked) => ToPem(IssueCrl(revoked, thisUpdate: null, nextUpdate: null));

    /// <summary>Issues a CRL, in DER.</summary>
    public byte[] IssueCrl(X509Certificate2[] revoked, DateTimeOffset? thisUpdate, DateTimeOffset? nextUpdate)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked)
        {
            builder.AddEntry(certificate, LongAgo, X509RevocationReason.KeyCompromise);
        }

        return builder.Build(Certificate, ++_crls, nextUpdate ?? FarAhead, HashAlgorithmName.SHA256, thisUpdate: thisUpdate ?? LongAgo);
    }

    public static string ToPem(byte[] crl) => PemEncoding.WriteString("X509 CRL", crl) + "\n";

    // Always of the same length: the first byte is neither zero nor negative.
    private static byte[] CreateSerialNumber()
    {
        var number = RandomNumberGenerator.GetBytes(8);
        number[0] = (byte)((number[0] & 0x3F) | 0x40);
        return number;
    }

    private static CertificateRequest CreateCaRequest(
        string name, ECDsa key, X509KeyUsageFlags usages = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usages, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
