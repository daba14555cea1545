using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>The names of a certificate as descriptions and explanations display them.</summary>
public sealed class SubjectNamesTests
{
    private const string Extension = "2.5.29.17";

    [Test]
    public void Displays_names_of_every_kind_hosts_first()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://example.org/store"));
        names.AddIpAddress(IPAddress.Parse("2001:db8::1"));
        names.AddEmailAddress("user@example.org");
        names.AddDnsName("store.example");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("*.store.example");
        names.AddUri(new Uri("https://store.example/"));

        NamesOf(names.Build()).Should().Equal("store.example", "*.store.example", "2001:db8::1", "127.0.0.1", "spiffe://example.org/store", "https://store.example/", "user@example.org");
    }

    [Test]
    public void Displays_at_most_twenty_names_escaped_and_truncated()
    {
        var names = new SubjectNames([.. Enumerable.Range(0, 30).Select(i => $"{i}\r\n{new string('a', 60_000)}")], [], [], []);

        names.Displayed.Should().HaveCount(20).And.OnlyContain(name => name.Length < 210 && !name.Contains('\n') && name.Contains(@"\r\n"));
        names.UndisplayedCount.Should().Be(10);
    }

    [Test]
    public void Displays_no_names_if_there_are_none() => NamesOf().Should().BeEmpty();

    [TestCase("")]
    [TestCase("0500", Description = "no sequence")]
    [TestCase("300A8203612E", Description = "truncated")]
    [TestCase("30038601FF", Description = "a URI with invalid characters")]
    [TestCase("30058703010203", Description = "an address of three bytes")]
    public void Displays_no_names_if_they_are_malformed(string hex) =>
        NamesOf(new X509Extension(Extension, Convert.FromHexString(hex), critical: false)).Should().BeEmpty();

    private static IReadOnlyList<string> NamesOf(params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=store", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);

        var start = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = request.CreateSelfSigned(start, start.AddDays(1));
        return SubjectNames.Of(certificate).Displayed;
    }
}
