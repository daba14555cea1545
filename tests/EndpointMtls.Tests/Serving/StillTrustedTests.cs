using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>Whether the current rules and CA certificates accept a client that was accepted before.</summary>
public sealed class StillTrustedTests : HandshakeFixture
{
    [Test]
    public async Task A_client_without_a_certificate_is_trusted_until_one_is_required()
    {
        Set(WithPolicy(ClientAuthType.VerifyClientCertIfGiven));
        var (anonymous, isAccepted) = await HandshakeAsync(Services.GetServer(), client: null);
        (isAccepted, anonymous.Client, anonymous.IsStillTrusted).Should().Be((true, null, true));

        Set(WithPolicy(ClientAuthType.RequireAndVerifyClientCert));

        anonymous.IsStillTrusted.Should().BeFalse();
    }

    [Test]
    public async Task Every_client_is_trusted_when_the_server_stops_verifying()
    {
        Set(WithPolicy(ClientAuthType.RequireAndVerifyClientCert));
        var (client, _) = await HandshakeAsync(Services.GetServer(), Root.IssueClient("a"));

        Set(OwnFiles("own", server => (server.ClientAuthType, _) = (ClientAuthType.NoClientCert, server.ClientCaFile.Remove(server.ClientCaFile[0]))));
        Time.Advance(FileMonitor.QuietPeriod);

        Services.GetServer().Certificates.InUse.CaCertificates.Should().BeEmpty();
        client.IsStillTrusted.Should().BeTrue();
    }

    [Test]
    public async Task A_client_stays_trusted_when_its_CA_gets_a_new_certificate_with_the_same_key()
    {
        Set(WithPolicy(ClientAuthType.RequireAndVerifyClientCert));
        var server = Services.GetServer();
        var (client, _) = await HandshakeAsync(server, Root.IssueClient("a"));

        Folder.Write("own/ca.crt", Root.IssueAgain().Pem);
        (await server.Certificates.ReloadAsync().WithTimeout()).Generation.Should().Be(2);

        client.IsStillTrusted.Should().BeTrue();
    }

    private ServerTlsOptions WithPolicy(ClientAuthType clientAuthType) => OwnFiles("own", server => server.ClientAuthType = clientAuthType);
}
