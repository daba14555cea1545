using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>New connections after the certificate of the server has expired.</summary>
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
    public async Task Fail_rejects_connections_until_the_certificate_is_renewed()
    {
        Set(OwnFiles("own", server => server.OnExpired = ExpiredAction.Fail));
        var server = Services.GetServer();
        (await PresentedAsync(server)).Should().Be("CN=own");

        Time.Advance(TimeSpan.FromDays(1));
        var exception = (await FluentActions.Awaiting(() => PresentedAsync(server)).Should().ThrowAsync<AuthenticationException>()).Which;
        exception.Message.Should().Contain("'CN=own'").And.Contain($"{_notAfter:u}").And.Contain($"'{Folder["own/tls.crt"]}'");
        exception.Message.Should().BeApproved();

        Folder.WriteRealm("own", Root, Root.IssueServer("renewed"));
        (await server.Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();
        (await PresentedAsync(server)).Should().Be("CN=server renewed");
    }

    [Test]
    public async Task By_default_an_expired_certificate_is_still_presented()
    {
        Set(OwnFiles("own"));

        Time.Advance(TimeSpan.FromDays(2));

        (await PresentedAsync(Services.GetServer())).Should().Be("CN=own");
    }
}
