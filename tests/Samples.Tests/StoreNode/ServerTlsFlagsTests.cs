using EndpointMtls;
using StoreNode;
using Thanos.CommandLine;

namespace Samples.Tests.StoreNode;

internal sealed class ServerTlsFlagsTests
{
    [TestCase("tls.crt", null, null, "--grpc-server-tls-cert requires its private key: add --grpc-server-tls-key.")]
    [TestCase("tls.crt", null, "ca.crt", "--grpc-server-tls-cert requires its private key: add --grpc-server-tls-key.")]
    [TestCase(null, "tls.key", null, "--grpc-server-tls-key requires its certificate: add --grpc-server-tls-cert.")]
    [TestCase(null, null, "ca.crt", "--grpc-server-tls-client-ca requires a server certificate: add --grpc-server-tls-cert and --grpc-server-tls-key.")]
    public void Rejects_half_a_pair(string? certificate, string? key, string? clientCa, string message)
    {
        var options = () => new ServerTlsFlags { Certificate = certificate, Key = key, ClientCa = clientCa }.ToOptions();

        options.Should().Throw<StartupException>().WithMessage(message);
    }

    [Test]
    public void Without_files_the_node_is_plaintext() =>
        new ServerTlsFlags { MaxConnectionAge = TimeSpan.FromHours(1) }.ToOptions().Should().BeNull();

    [Test]
    public void With_a_client_CA_every_client_is_verified()
    {
        var options = new ServerTlsFlags { Certificate = "tls.crt", Key = "tls.key", ClientCa = "ca.crt" }.ToOptions()!;

        options.ClientAuthType.Should().Be(ClientAuthType.RequireAndVerifyClientCert);
        options.ClientCaFile.Should().Equal("ca.crt");
    }

    [Test]
    public void Without_a_client_CA_no_client_certificate_is_requested() =>
        new ServerTlsFlags { Certificate = "tls.crt", Key = "tls.key" }.ToOptions()!.ClientAuthType.Should().BeNull();
}
