using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Proxies;

/// <summary>NGINX accepts the TLS handshake of a client whose certificate it rejects, and then answers its requests with HTTP 400.</summary>
public sealed class RejectedIdentityTests
{
    private static readonly TestCa Root = TestCa.CreateRoot("root");
    private static readonly TestCa Clients = TestCa.CreateRoot("clients");

    [Test]
    public async Task Calls_stay_on_the_previous_certificate_while_NGINX_rejects_the_new_one()
    {
        using var folder = new TempFolder();
        await using var backend = await EmptyBackend.StartAsync();
        var server = folder.WriteRealm("proxy", Root, Root.IssueServer("127.0.0.1"));
        var ca = folder.Write("clients.crt", Clients.Pem);
        await using var proxy = await NginxProxy.StartAsync(
            folder, backend.Address, server, $"ssl_client_certificate {ca}; ssl_verify_client on;");
        var tls = folder.WriteRealm("realm", Root, Clients.IssueClient("first"));
        tls.RotationJitter = TimeSpan.Zero;
        await using var services = TestServices.With(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { proxy.Address } });
        var channel = services.Factory.GetChannel(proxy.Address);
        await EmptyBackend.CallAsync(channel);

        await PresentAsync(TestCa.CreateRoot("other").IssueClient("rejected"));
        await services.Logs.Wait(309).WithTimeout();

        await EmptyBackend.CallAsync(channel);
        services.Factory.Describe(proxy.Address).RotationFailure!.Reason.Should().Be(ConnectionFailureReason.ClientCertificateRejected);

        await PresentAsync(Clients.IssueClient("second"));
        await services.Logs.Wait(310).WithTimeout();
        await EmptyBackend.CallAsync(channel);
        services.Factory.Describe(proxy.Address).LastConnection!.Tls!.LocalSubject.Should().Be("CN=second");

        async Task PresentAsync(TestCertificate client)
        {
            folder.WriteRealm("realm", Root, client);
            (await services.Get<RotatingCertificateProvider>("realm").ReloadAsync().WithTimeout()).LastError.Should().BeNull();
        }
    }
}
