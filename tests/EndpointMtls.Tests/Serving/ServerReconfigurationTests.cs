using System.Security.Authentication;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Serving;

/// <summary>The configuration changes beneath a server that listens: nobody gets in by half of it, and the server becomes nobody else.</summary>
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
        // Ahead of the files, so that none of them needs to settle.
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
    public async Task A_handshake_in_the_midst_of_a_change_does_not_judge_new_clients_by_old_rules()
    {
        var (before, after) = (Files(_old), Files(_new));
        _live.Set(options => Configure(options, before, SslProtocols.Tls12));
        var tls = _services.GetServer();
        var handshakes = new List<Task<ServerHandshake>>();

        // The certificates are in force before the rules are, and the time is read in between.
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
    public void A_server_cannot_be_bound_to_a_place_in_a_list()
    {
        _live.Set(new RealmOptions { Match = { "*.example" }, TlsConfig = Files(_old) });

        _services.Invoking(services => services.GetServer(new ServerTlsOptions { Realm = "realms[0]" }))
            .Should().Throw<OptionsValidationException>().WithMessage("*realm 'realms[0]' is called by its place*Give it a 'name'*");
    }

    [Test]
    public async Task A_realm_with_a_server_takes_no_certificate_that_is_not_a_servers_and_takes_the_next_one_that_is()
    {
        var files = Files(_old);
        _live.Set(new RealmOptions { Name = "eu", TlsConfig = files });
        var tls = _services.GetServer(new ServerTlsOptions { Realm = "eu" });
        var presented = (await tls.PrepareHandshakeAsync()).Options.ServerCertificateContext!.TargetCertificate.Subject;

        _live.Set(new RealmOptions { Name = "eu", TlsConfig = _folder.WriteRealm("clients only", _old, _old.IssueClient("client only")) });

        _services.Logs.Entries.Should().Contain(entry => entry.EventId == 101 && entry.Message.Contains("'CN=client only' of realm 'eu' is not meant for servers"));
        (await tls.PrepareHandshakeAsync()).Options.ServerCertificateContext!.TargetCertificate.Subject.Should().Be(presented);
        _live.Set(new RealmOptions { Name = "eu", TlsConfig = Files(_new) });
        TrustedBy(await tls.PrepareHandshakeAsync()).Should().Be("CN=new");
    }

    [Test]
    public async Task A_server_of_the_configuration_keeps_its_certificates_when_only_its_rules_change()
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
    public void A_server_that_uses_what_another_has_must_find_authorities_there()
    {
        var files = Files(_old);
        _live.Set(options => options.Server = Own(files));

        _services.Invoking(services => services.GetServer(new ServerTlsOptions { Realm = "server" }))
            .Should().Throw<OptionsValidationException>().WithMessage("*realm 'server' has no 'client_ca_file', by which clients could be verified*");
        _services.GetServer(new ServerTlsOptions { Realm = "server", ClientAuthType = ClientAuthType.NoClientCert }).Realm.Should().Be("server");
    }

    [Test]
    public async Task HTTP_3_is_refused_as_well_when_it_is_added_later()
    {
        var files = Files(_old);
        var start = () => SecuredServer.StartAsync(listen => listen.UseEndpointMtls(Own(files)).Protocols = HttpProtocols.Http1AndHttp2AndHttp3);

        (await start.Should().ThrowAsync<NotSupportedException>()).WithMessage("*HTTP/3*");
    }

    private static string TrustedBy(ServerHandshake handshake) => handshake.Options.CertificateChainPolicy!.CustomTrustStore.Single().Subject;

    private static ServerTlsOptions Own(TlsOptions files) => new() { CertFile = files.CertFile, KeyFile = files.KeyFile };

    private TlsOptions Files(TestCa authority) => _folder.WriteRealm(authority.Certificate.Subject, authority, authority.IssueServer("127.0.0.1"));
}
