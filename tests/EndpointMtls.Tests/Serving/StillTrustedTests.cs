using EndpointMtls.Files;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>Whether a client that was let in would be let in by the rules and authorities of today.</summary>
public sealed class StillTrustedTests : HandshakeFixture
{
    [Test]
    public async Task Who_sent_no_certificate_is_trusted_until_each_must_have_one()
    {
        Set(Demanding(ClientAuthType.VerifyClientCertIfGiven));
        var (nobody, isLetIn) = await ShakeHandsAsync(Services.GetServer(), client: null);
        (isLetIn, nobody.Client, nobody.IsStillTrusted).Should().Be((true, null, true));

        Set(Demanding(ClientAuthType.RequireAndVerifyClientCert));

        nobody.IsStillTrusted.Should().BeFalse();
    }

    [Test]
    public async Task Where_nobody_verifies_any_more_each_is_trusted()
    {
        Set(Demanding(ClientAuthType.RequireAndVerifyClientCert));
        var (client, _) = await ShakeHandsAsync(Services.GetServer(), Root.IssueClient("a"));

        Set(OwnFiles("own", server => (server.ClientAuthType, _) = (ClientAuthType.NoClientCert, server.ClientCaFile.Remove(server.ClientCaFile[0]))));
        Time.Advance(FileMonitor.QuietPeriod);

        Services.GetServer().Certificates.InUse.CaCertificates.Should().BeEmpty();
        client.IsStillTrusted.Should().BeTrue();
    }

    [Test]
    public async Task An_authority_under_a_new_certificate_vouches_for_whom_it_did_before()
    {
        Set(Demanding(ClientAuthType.RequireAndVerifyClientCert));
        var server = Services.GetServer();
        var (client, _) = await ShakeHandsAsync(server, Root.IssueClient("a"));

        Folder.Write("own/ca.crt", Root.IssueAgain().Pem);
        (await server.Certificates.ReloadAsync().WithTimeout()).Generation.Should().Be(2);

        client.IsStillTrusted.Should().BeTrue();
    }

    private ServerTlsOptions Demanding(ClientAuthType clientAuthType) => OwnFiles("own", server => server.ClientAuthType = clientAuthType);
}
