using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A common name is not a name, unless <c>verify_common_name</c> is set and there is no subjectAltName extension.</summary>
public sealed class CommonNameTests : PeerTrustFixture
{
    [Test]
    public async Task Rejects_a_certificate_with_only_a_common_name_and_names_the_option()
    {
        var failure = await CallAsync(Certificate("127.0.0.1"));

        failure!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        failure.Message.Should().Contain("'verify_common_name: true'");
    }

    [TestCase("127.0.0.1", null)]
    [TestCase("store.example", "store.example")]
    [TestCase("STORE.example", "store.example")]
    public async Task Accepts_a_common_name_if_that_is_set(string commonName, string? serverName) =>
        (await CallAsync(Certificate(commonName), VerifyCommonName(serverName))).Should().BeNull();

    [TestCase("127.0.0.2", null)]
    [TestCase("other.example", "store.example")]
    [TestCase("*.example", "store.example", Description = "It has no wildcards.")]
    public async Task Rejects_another_common_name(string commonName, string? serverName)
    {
        var failure = await CallAsync(Certificate(commonName), VerifyCommonName(serverName));

        failure!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        failure.Message.Should().NotContain("'verify_common_name", "it is set");
    }

    [TestCase("other.example")]
    [TestCase("127.0.0.2")]
    [TestCase("spiffe://prod.example/store")]
    [TestCase("ops@example.com")]
    public async Task Ignores_the_common_name_of_a_certificate_with_a_subject_alternative_name(string name)
    {
        (await CallAsync(Certificate("127.0.0.1", name)))!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        (await CallAsync(Certificate("127.0.0.1", name), VerifyCommonName(null)))!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        (await CallAsync(Certificate("store.example", name), VerifyCommonName("store.example")))!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
    }

    [Test]
    public async Task Explains_an_IP_address_that_is_written_as_a_DNS_name()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("127.0.0.1");

        var failure = await CallAsync(Root.Issue("server", [], TestCa.ServerAuthentication, extension: names.Build()));

        failure!.Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        failure.Message.Should().ContainAll("has the IP address '127.0.0.1' as a DNS name", "'IP:127.0.0.1'");
    }

    private TestCertificate Certificate(string commonName, params string[] names) => Root.Issue(commonName, names, TestCa.ServerAuthentication);

    private static Action<TlsOptions> VerifyCommonName(string? serverName) => tls => (tls.VerifyCommonName, tls.ServerName) = (true, serverName);
}
