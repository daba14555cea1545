namespace EndpointMtls.Tests.Serving;

/// <summary>What a server tells clients about whom it trusts: those with several certificates choose by it.</summary>
[Platform(Exclude = "Win", Reason = "There the system tells.")]
public sealed class AcceptedCasTests : HandshakeFixture
{
    [TestCase(ClientAuthType.RequireAndVerifyClientCert, "CN=root")]
    [TestCase(ClientAuthType.VerifyClientCertIfGiven, "CN=root")]
    [TestCase(ClientAuthType.RequestClientCert)]
    public async Task A_server_names_the_roots_by_which_it_verifies_and_nothing_else(ClientAuthType clientAuthType, params string[] expected)
    {
        string[]? named = null;
        var realm = Realm("own");
        File.AppendAllText(realm.TlsConfig!.CaFile[0], "\n" + Root.CreateIntermediate("team").Pem);
        Set(Bound("own", server => server.ClientAuthType = clientAuthType), realm);

        await ShakeHandsAsync(Services.GetServer(), client: null, options => options.LocalCertificateSelectionCallback = (_, _, _, servers, issuers) =>
        {
            named = servers is null ? named : issuers;
            return null!;
        });

        named.Should().Equal(expected);
    }
}
