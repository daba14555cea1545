using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>With <c>client_allowed_sans</c>, a server accepts clients only while one of their names is allowed.</summary>
public sealed class AllowedSansTests : HandshakeFixture
{
    [Test]
    public async Task Accepts_only_clients_with_an_allowed_name()
    {
        Set(Allowing("other.example", "spiffe://prod.example/*"));
        var server = Services.GetServer();

        var (allowed, isAllowedAccepted) = await HandshakeAsync(server, Root.IssueClient("allowed", "spiffe://prod.example/ns/store"));
        var (other, isOtherAccepted) = await HandshakeAsync(server, Root.IssueClient("other", "spiffe://test.example/ns/store"));
        var (nameless, isNamelessAccepted) = await HandshakeAsync(server, Root.IssueClient("other.example"));

        (isAllowedAccepted, isOtherAccepted, isNamelessAccepted).Should().Be((true, false, false));
        (allowed.Client?.Subject, other.Client, nameless.Client).Should().Be(("CN=allowed", null, null));
    }

    [Test]
    public async Task Logs_all_names_of_a_client_that_is_not_allowed()
    {
        Set(Allowing("a.example"));

        await HandshakeAsync(Services.GetServer(), Root.IssueClient("b", "b.example", "spiffe://prod.example/b", "10.1.2.3", "b@b.example"));

        Logged(500).Should().Contain("(SanNotAllowed)").And.Contain("'b.example', '10.1.2.3', 'spiffe://prod.example/b', 'b@b.example'");
        Logged(500).Should().BeApproved();
    }

    [Test]
    public async Task A_change_of_the_allowed_names_applies_to_open_connections()
    {
        Set(Allowing("a.example"));
        var (client, isAccepted) = await HandshakeAsync(Services.GetServer(), Root.IssueClient("a", "a.example"));
        (isAccepted, client.IsStillTrusted).Should().Be((true, true));

        Set(Allowing("b.example"));
        client.IsStillTrusted.Should().BeFalse();

        Set(Allowing("b.example", "a.example"));
        client.IsStillTrusted.Should().BeTrue("one of them is enough");

        Set(Allowing());
        client.IsStillTrusted.Should().BeTrue("without a list, every verified client is allowed");
    }

    private ServerTlsOptions Allowing(params string[] names) => OwnFiles("own", server => Array.ForEach(names, server.ClientAllowedSans.Add));
}
