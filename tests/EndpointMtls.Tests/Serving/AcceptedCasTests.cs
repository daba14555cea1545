namespace EndpointMtls.Tests.Serving;

/// <summary>The accepted CAs that a server sends to clients. A client with several certificates chooses by them.</summary>
[Platform(Exclude = "Win", Reason = "Windows sends the list from its own store.")]
public sealed class AcceptedCasTests : HandshakeFixture
{
    [TestCase(ClientAuthType.RequireAndVerifyClientCert, "CN=root")]
    [TestCase(ClientAuthType.VerifyClientCertIfGiven, "CN=root")]
    [TestCase(ClientAuthType.RequestClientCert)]
    public async Task Sends_its_root_CAs_if_it_verifies_clients(ClientAuthType clientAuthType, params string[] expected)
    {
        string[]? acceptedCas = null;
        var realm = Realm("own");
        File.AppendAllText(realm.TlsConfig!.CaFile[0], "\n" + Root.CreateIntermediate("team").Pem);
        Set(Bound("own", server => server.ClientAuthType = clientAuthType), realm);

        await HandshakeAsync(Services.GetServer(), client: null, options => options.LocalCertificateSelectionCallback = (_, _, _, serverCertificate, issuers) =>
        {
            acceptedCas = serverCertificate is null ? acceptedCas : issuers;
            return null!;
        });

        acceptedCas.Should().Equal(expected);
    }
}
