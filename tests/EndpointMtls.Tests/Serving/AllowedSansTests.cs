namespace EndpointMtls.Tests.Serving;

/// <summary>Where names are listed, only those who have one get in, and only as long as it is listed.</summary>
public sealed class AllowedSansTests : HandshakeFixture
{
    [Test]
    public async Task Who_has_a_name_that_is_listed_gets_in_and_nobody_else()
    {
        Set(Listing("other.example", "spiffe://prod.example/*"));
        var server = Services.GetServer();

        var (listed, isListedIn) = await ShakeHandsAsync(server, Root.IssueClient("listed", "spiffe://prod.example/ns/store"));
        var (other, isOtherIn) = await ShakeHandsAsync(server, Root.IssueClient("other", "spiffe://test.example/ns/store"));
        var (nameless, isNamelessIn) = await ShakeHandsAsync(server, Root.IssueClient("other.example"));

        (isListedIn, isOtherIn, isNamelessIn).Should().Be((true, false, false));
        (listed.Client?.Subject, other.Client, nameless.Client).Should().Be(("CN=listed", null, null));
    }

    [Test]
    public async Task Who_is_not_listed_is_told_with_all_his_names()
    {
        Set(Listing("a.example"));

        await ShakeHandsAsync(Services.GetServer(), Root.IssueClient("b", "b.example", "spiffe://prod.example/b", "10.1.2.3", "b@b.example"));

        Logged(500).Should().Be("Refused a client of realm 'server' (SanNotAllowed): the client's certificate 'CN=b', issued by 'CN=root', is trusted, but 'client_allowed_sans' allows none of its names: "
            + "'b.example', '10.1.2.3', 'spiffe://prod.example/b', 'b@b.example'. Not told since the last time: 0.");
    }

    [Test]
    public async Task Whoever_was_let_in_is_judged_by_the_names_that_are_listed_now()
    {
        Set(Listing("a.example"));
        var (client, isLetIn) = await ShakeHandsAsync(Services.GetServer(), Root.IssueClient("a", "a.example"));
        (isLetIn, client.IsStillTrusted).Should().Be((true, true));

        Set(Listing("b.example"));
        client.IsStillTrusted.Should().BeFalse();

        Set(Listing("b.example", "a.example"));
        client.IsStillTrusted.Should().BeTrue("one of them is enough");

        Set(Listing());
        client.IsStillTrusted.Should().BeTrue("every client is meant that is verified");
    }

    private ServerTlsOptions Listing(params string[] names) => OwnFiles("own", server => Array.ForEach(names, server.ClientAllowedSans.Add));
}
