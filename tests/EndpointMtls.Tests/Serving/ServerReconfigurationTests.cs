using System.Security.Authentication;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Serving;

/// <summary>Changes of the configuration of a listening server: handshakes use the old or the new configuration, never a mixture.</summary>
public sealed class ServerReconfigurationTests
{
    private readonly TestCa _old = TestCa.CreateRoot("old");
    private readonly TestCa _new = TestCa.CreateRoot("new");
    private readonly LiveOptions _live = new();

    private TempFolder _folder = null!;
    private TestTimeProvider _time = null!;
    private TestServices _services = null!;

    [SetUp]
    public void CreateServices()
    {
        // Later than the times of the files, so that changes need no quiet period.
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _folder = new TempFolder();
        _services = new TestServices(services => _live.AddTo(services.AddSingleton<TimeProvider>(_time)));
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_handshake_during_a_reload_uses_the_new_rules_with_the_new_certificates()
    {
        var (before, after) = (Files(_old), Files(_new));
        _live.Set(options => Configure(options, before, SslProtocols.Tls12));
        var tls = _services.GetServer();
        var handshakes = new List<Task<ServerHandshake>>();

        // A reload applies the certificates first, then the rules. It reads the time in between.
        _time.OnRead = () =>
        {
            if (tls.Certificates.Describe().Anchors.Single().Subject == "CN=new")
            {
                _time.OnRead = null;
                handshakes.Add(tls.PrepareHandshakeAsync().AsTask());
            }
        };
        _live.Set(options => Configure(options, after, SslProtocols.Tls13));

        handshakes.Should().NotBeEmpty();
        foreach (var handshake in await Task.WhenAll(handshakes).WithTimeout())
        {
            (TrustedBy(handshake), handshake.Options.EnabledSslProtocols).Should().Be(("CN=new", SslProtocols.Tls13));
        }

        static void Configure(EndpointMtlsOptions options, TlsOptions files, SslProtocols version)
        {
            options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = files });
            options.Server = new ServerTlsOptions { Realm = "eu", MinVersion = version };
        }
    }

    [Test]
    public void A_server_cannot_use_a_realm_without_a_name()
    {
        _live.Set(new RealmOptions { Match = { "*.example" }, TlsConfig = Files(_old) });

        _services.Invoking(services => services.GetServer(new ServerTlsOptions { Realm = "realms[0]" }))
            .Should().Throw<OptionsValidationException>().WithMessage("*realm 'realms[0]' has no 'name'*");
    }

    [Test]
    public async Task A_reload_that_gives_a_servers_realm_a_client_certificate_is_rejected_and_one_with_a_server_certificate_applied()
    {
        var files = Files(_old);
        _live.Set(new RealmOptions { Name = "eu", TlsConfig = files });
        var tls = _services.GetServer(new ServerTlsOptions { Realm = "eu" });
        var presented = (await tls.PrepareHandshakeAsync()).Options.ServerCertificateContext!.TargetCertificate.Subject;

        _live.Set(new RealmOptions { Name = "eu", TlsConfig = _folder.WriteRealm("clients only", _old, _old.IssueClient("client only")) });

        _services.Logs.Entries.Should().Contain(entry => entry.EventId == 101 && entry.Message.Contains("'CN=client only' of realm 'eu'"));
        (await tls.PrepareHandshakeAsync()).Options.ServerCertificateContext!.TargetCertificate.Subject.Should().Be(presented);
        _live.Set(new RealmOptions { Name = "eu", TlsConfig = Files(_new) });
        TrustedBy(await tls.PrepareHandshakeAsync()).Should().Be("CN=new");
    }

    [Test]
    public async Task A_change_of_other_options_keeps_the_certificates_of_a_configured_server()
    {
        var files = Files(_old);
        _live.Set(options => options.Server = Own(files));
        var tls = _services.GetServer();
        var (certificates, handshake) = (tls.Certificates, await tls.PrepareHandshakeAsync());

        _live.Set(options => (options.Server = Own(files)).CheckInterval = TimeSpan.FromMinutes(1));

        tls.Certificates.Should().BeSameAs(certificates);
        handshake.IsOutdated.Should().BeFalse();
    }

    [Test]
    public void A_server_that_uses_the_files_of_another_and_verifies_clients_needs_client_CAs()
    {
        var files = Files(_old);
        _live.Set(options => options.Server = Own(files));

        _services.Invoking(services => services.GetServer(new ServerTlsOptions { Realm = "server" }))
            .Should().Throw<OptionsValidationException>().WithMessage("*realm 'server' has no 'client_ca_file'*");
        _services.GetServer(new ServerTlsOptions { Realm = "server", ClientAuthType = ClientAuthType.NoClientCert }).Realm.Should().Be("server");
    }

    [Test]
    public async Task Rejects_HTTP_3_that_is_added_after_UseEndpointMtls()
    {
        var files = Files(_old);
        var start = () => EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(Own(files)).Protocols = HttpProtocols.Http1AndHttp2AndHttp3);

        (await start.Should().ThrowAsync<NotSupportedException>()).WithMessage("*HTTP/3*");
    }

    private static string TrustedBy(ServerHandshake handshake) => handshake.Options.CertificateChainPolicy!.CustomTrustStore.Single().Subject;

    private static ServerTlsOptions Own(TlsOptions files) => new() { CertFile = files.CertFile, KeyFile = files.KeyFile };

    private TlsOptions Files(TestCa ca) => _folder.WriteRealm(ca.Certificate.Subject, ca, ca.IssueServer("127.0.0.1"));
}
