using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>What becomes of new connections once the certificate of the server has expired.</summary>
public sealed class ServerExpiryTests : ServerFixture
{
    private DateTimeOffset _notAfter;

    [SetUp]
    public void Expire()
    {
        _notAfter = Time.GetUtcNow().AddDays(1);
        Folder.WriteRealm("own", Root, Root.Issue("own", ["own"], TestCa.ServerAuthentication, notAfter: _notAfter));
    }

    [Test]
    public async Task With_fail_it_is_presented_no_more_until_it_is_renewed()
    {
        Set(OwnFiles("own", server => server.OnExpired = ExpiredAction.Fail));
        var server = Services.GetServer();
        (await PresentedAsync(server)).Should().Be("CN=own");

        Time.Advance(TimeSpan.FromDays(1));
        await FluentActions.Awaiting(() => PresentedAsync(server)).Should().ThrowAsync<AuthenticationException>().WithMessage(
            $"Realm 'server': our certificate 'CN=own' expired on {_notAfter:u}, and 'on_expired' is 'fail'. Renew '{Folder["own/tls.crt"]}'.");

        Folder.WriteRealm("own", Root, Root.IssueServer("renewed"));
        (await server.Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
        (await PresentedAsync(server)).Should().Be("CN=server renewed");
    }

    [Test]
    public async Task By_default_it_is_still_presented()
    {
        Set(OwnFiles("own"));

        Time.Advance(TimeSpan.FromDays(2));

        (await PresentedAsync(Services.GetServer())).Should().Be("CN=own");
    }
}
