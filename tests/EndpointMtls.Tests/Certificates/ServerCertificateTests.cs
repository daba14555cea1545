using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Certificates;

/// <summary>The extended key usage of the certificate that a server presents.</summary>
public sealed class ServerCertificateTests
{
    private readonly TestCa _root = TestCa.CreateRoot("root");
    private TempFolder _folder = null!;
    private TestServices _services = null!;

    [SetUp]
    public void CreateServices()
    {
        _folder = new TempFolder();
        _services = new TestServices(services => services.AddEndpointMtls());
    }

    [TearDown]
    public async Task CleanUp()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("1.3.6.1.5.5.7.3.1")]
    [TestCase("2.5.29.37.0", Description = "any usage")]
    public void Accepts_a_certificate_for_servers(string usage) => PresentedWith(_root.Issue("a", ["a"], new Oid(usage))).Should().Be("CN=a");

    [Test]
    public void Accepts_a_certificate_without_an_extended_key_usage() => PresentedWith(_root.AsLeaf()).Should().Be("CN=root");

    [Test]
    public void Rejects_a_certificate_for_clients_only()
    {
        var message = Assert.Catch<OptionsValidationException>(() => PresentedWith(_root.IssueClient("a")))!.Message;

        message.Should().ContainAll("ServerTlsOptions.cert_file", "'CN=a'");
        message.Should().BeApproved();
    }

    private string PresentedWith(TestCertificate certificate)
    {
        var files = _folder.WriteRealm("server", _root, certificate);
        var server = _services.GetServer(new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientAuthType = ClientAuthType.NoClientCert,
        });
        return server.Certificates.Describe().ClientCertificate!.Subject;
    }
}
