using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>The description of a client contains all names of its certificate, or none if any part is malformed.</summary>
public sealed class ClientDescriptionTests
{
    private const string Extension = "2.5.29.17";
    private const string IssuerNames = "2.5.29.18";
    private const string Pod = "spiffe://prod.example/ns/store";

    private static readonly PeerChain Chain = new("CN=root", "ABCD", [], []);

    [Test]
    public void Contains_the_names_of_every_kind()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddEmailAddress("ops@example.com");
        names.AddDnsName("store.example.com");
        names.AddUri(new Uri(Pod));
        names.AddIpAddress(IPAddress.Loopback);
        names.AddUserPrincipalName("user@example.com");
        names.AddIpAddress(IPAddress.Parse("2001:db8::1"));
        names.AddDnsName("*.example.com");
        names.AddEmailAddress("dev@example.com");

        var client = Describe(names.Build());

        client.DnsNames.Should().Equal("store.example.com", "*.example.com");
        client.Uris.Should().Equal(Pod);
        client.SpiffeId.Should().Be(Pod);
        client.IPAddresses.Should().Equal(IPAddress.Loopback, IPAddress.Parse("2001:db8::1"));
        client.EmailAddresses.Should().Equal("ops@example.com", "dev@example.com");
    }

    [Test]
    public void Contains_subject_issuer_dates_and_anchor()
    {
        using var certificate = TestCa.CreateRoot("eu").IssueClient("store").Leaf;

        var client = Describe(certificate);

        client.Should().BeEquivalentTo(new
        {
            Realm = "eu",
            Subject = "CN=store",
            Issuer = "CN=eu",
            certificate.SerialNumber,
            Thumbprint = Convert.ToHexString(SHA256.HashData(certificate.RawData)),
            NotBefore = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Anchor = "CN=root",
            AnchorThumbprint = "ABCD",
        });
        client.NotAfter.Offset.Should().Be(TimeSpan.Zero);
        ShouldHaveNoNames(client);
    }

    [TestCase("", Description = "empty")]
    [TestCase("0500", Description = "no sequence")]
    [TestCase("300A8203612E", Description = "truncated")]
    [TestCase("3003820161 00", Description = "trailing data")]
    [TestCase("3006 820161 8601FF", Description = "a URI with invalid characters after a valid name")]
    [TestCase("3008 820161 8703010203", Description = "an address of three bytes after a valid name")]
    [TestCase("3008 820161 A203160161", Description = "a constructed name after a valid name")]
    [TestCase("3006 820161 890161", Description = "an unknown kind after a valid name")]
    [TestCase("3006 820161 0C0161", Description = "another type after a valid name")]
    [TestCase("3006 820161 020161", Description = "a number after a valid name")]
    [TestCase("3080 820161 0000", Description = "indefinite length")]
    public void Contains_no_names_if_they_are_malformed(string hex) =>
        ShouldHaveNoNames(Describe(new X509Extension(Extension, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), critical: false)));

    [Test]
    public void Contains_no_names_if_the_extension_occurs_twice()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(key, Uris(Pod), new X509Extension(IssuerNames, Uris(Pod).RawData, critical: false));
        var bytes = certificate.RawData;

        // .NET does not write an extension twice. So the last byte of the identifier of another one is changed.
        bytes[bytes.AsSpan().IndexOf(new byte[] { 0x06, 0x03, 0x55, 0x1D, 0x12 }) + 4] = 0x11;
        using var twice = X509CertificateLoader.LoadCertificate(bytes);

        Describe(certificate).SpiffeId.Should().Be(Pod);
        ShouldHaveNoNames(Describe(twice));
    }

    [TestCase("spiffe://prod.example", true)]
    [TestCase("spiffe://prod.example/A/b.c-d_e", true)]
    [TestCase("spiffe://10.0.0.1/a", true)]
    [TestCase("https://prod.example/ns/store", false)]
    [TestCase("SPIFFE://prod.example/ns/store", false)]
    [TestCase("spiffe://Prod.example/ns/store", false)]
    [TestCase("spiffe:///ns/store", false)]
    [TestCase("spiffe:prod.example", false)]
    [TestCase("spiffe://prod.example/", false)]
    [TestCase("spiffe://prod.example/ns/", false)]
    [TestCase("spiffe://prod.example/ns//store", false)]
    [TestCase("spiffe://prod.example/ns/../store", false)]
    [TestCase("spiffe://prod.example/ns/./store", false)]
    [TestCase("spiffe://prod.example/ns/%41", false)]
    [TestCase("spiffe://prod.example/ns?a", false)]
    [TestCase("spiffe://prod.example/ns#a", false)]
    [TestCase("spiffe://prod.example:443/ns", false)]
    [TestCase("spiffe://me@prod.example/ns", false)]
    [TestCase("spiffe://prod.example/ns/*", false)]
    [TestCase("spiffe://prod.example/~ns", false)]
    [TestCase("spiffe://prod~a/ns", false)]
    [TestCase("spiffe://prod.example/ns\0", false)]
    public void Contains_a_SPIFFE_ID_only_if_the_URI_is_valid(string uri, bool isValid)
    {
        var client = Describe(Uris(uri));

        client.Uris.Should().Equal(uri);
        client.SpiffeId.Should().Be(isValid ? uri : null);
    }

    [TestCase("https://store.example/")]
    [TestCase("spiffe://prod.example/ns/other")]
    [TestCase(Pod)]
    public void Contains_no_SPIFFE_ID_if_there_are_two_URIs(string other)
    {
        Describe(Uris(Pod, other)).SpiffeId.Should().BeNull();
        Describe(Uris(other, Pod)).SpiffeId.Should().BeNull();
    }

    private static void ShouldHaveNoNames(VerifiedClient client)
    {
        client.DnsNames.Should().BeEmpty();
        client.Uris.Should().BeEmpty();
        client.IPAddresses.Should().BeEmpty();
        client.EmailAddresses.Should().BeEmpty();
        client.SpiffeId.Should().BeNull();
    }

    // SubjectAlternativeNameBuilder would normalise the URIs.
    private static X509Extension Uris(params string[] uris)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in uris)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new(TagClass.ContextSpecific, 6));
            }
        }

        return new X509Extension(Extension, writer.Encode(), critical: false);
    }

    private static VerifiedClient Describe(X509Extension names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(key, names);
        return Describe(certificate);
    }

    private static VerifiedClient Describe(X509Certificate2 certificate) =>
        ClientDescription.Of(certificate, SubjectNames.Of(certificate), Chain, "eu");

    private static X509Certificate2 Sign(ECDsa key, params X509Extension[] extensions)
    {
        var request = new CertificateRequest("CN=store", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        var start = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return request.CreateSelfSigned(start, start.AddDays(1));
    }
}
