using System.Runtime.CompilerServices;
using System.Security.Authentication;
using EndpointMtls.Files;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Serving;

/// <summary>Changes of the configuration or of files while a server listens.</summary>
public sealed class ServerReloadTests : ServerFixture
{
    [Test]
    public async Task Changed_rules_apply_to_the_next_handshake_and_are_logged()
    {
        using var meter = new MeterRecorder(realm: null);
        Set(Bound("eu"), Realm("eu"));
        var server = Services.GetServer();
        var before = await server.PrepareHandshakeAsync();
        var signals = 0;
        using var registration = ChangeToken.OnChange(server.GetChangeToken, () => signals++);

        Set(Bound("eu", rules => (rules.ClientAuthType, rules.MinVersion, rules.MaxConnectionAge) = (ClientAuthType.NoClientCert, SslProtocols.Tls12, TimeSpan.FromHours(1))), Realm("eu"));

        var after = await server.PrepareHandshakeAsync();
        (before.Options.ClientCertificateRequired, before.Options.EnabledSslProtocols).Should().Be((true, SslProtocols.Tls13));
        (after.Options.ClientCertificateRequired, after.Options.EnabledSslProtocols).Should().Be((false, SslProtocols.Tls12 | SslProtocols.Tls13));
        server.GetOptions().MaxConnectionAge = TimeSpan.Zero;
        server.GetOptions().MaxConnectionAge.Should().Be(TimeSpan.FromHours(1), "a change of the copy has no effect");
        signals.Should().Be(1);
        Logged(100).Should().BeApproved();
        meter.Of("endpoint_mtls.configuration.reloads").Should().Equal((1, "endpoint_mtls.outcome=applied"));
    }

    [Test]
    public void A_disposed_change_callback_is_garbage_collected()
    {
        Set(OwnFiles("own"));
        var server = Services.GetServer();
        var token = RegisterAndDispose(server);

        GC.Collect();

        token.IsAlive.Should().BeFalse();
        GC.KeepAlive(server);
    }

    [Test]
    public async Task Changed_files_of_a_server_keep_its_certificate_provider()
    {
        Set(OwnFiles("own"));
        var server = Services.GetServer();
        var certificates = server.Certificates;

        Set(OwnFiles("other", rules => rules.CheckInterval = TimeSpan.FromMinutes(1)));
        Time.Advance(FileMonitor.QuietPeriod);

        server.Certificates.Should().BeSameAs(certificates);
        (await PresentedAsync(server)).Should().Be("CN=server other");
        certificates.Describe().Generation.Should().Be(2);
    }

    [Test]
    public void Reloading_the_same_server_is_no_change()
    {
        Set(Bound("eu", rules => rules.ClientAllowedSans.Add("a")), Realm("eu"));
        _ = Services.GetServer();

        Set(Bound("eu", rules => rules.ClientAllowedSans.Add("a")), Realm("eu"));
        Logged(100).Should().BeNull();

        Set(Bound("eu", rules => rules.ClientAllowedSans.Add("b")), Realm("eu"));
        Logged(100).Should().BeApproved();
    }

    [Test]
    public async Task A_server_moves_from_its_own_files_to_a_realm_and_back()
    {
        Set(OwnFiles("own"), Realm("eu"));
        var server = Services.GetServer();
        var (files, signals) = (server.Certificates, 0);
        using var registration = ChangeToken.OnChange(server.GetChangeToken, () => signals++);

        Set(Bound("eu"), Realm("eu"));
        (await PresentedAsync(server)).Should().Be("CN=server eu");
        Logged(100).Should().Contain("removed: 'server'");
        Logged(100).Should().BeApproved();
        Assert.Throws<InvalidOperationException>(() => files.CreateClientOptions("a"));

        Set(OwnFiles("own"), Realm("eu"));
        (await PresentedAsync(server)).Should().Be("CN=server own");
        server.Realm.Should().Be("server");
        signals.Should().BeGreaterThanOrEqualTo(2);
    }

    [Test]
    public async Task A_reload_that_removes_a_listening_server_is_rejected()
    {
        Set(Bound("eu"), Realm("eu"));
        var server = Services.GetServer();

        Set(null, Realm("eu"));

        Logged(101).Should().Contain(" server: ");
        Logged(101).Should().BeApproved();
        (await PresentedAsync(server)).Should().Be("CN=server eu");
        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded && entry.Description!.Contains(" server: "));

        Set(Bound("eu"), Realm("eu"));
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public void A_server_that_does_not_listen_may_be_removed_and_another_added()
    {
        Set(Bound("eu"), Realm("eu"));
        _ = Services.Factory;

        Set(null, Realm("eu"));
        Logged(100).Should().BeApproved();
        Assert.Throws<InvalidOperationException>(() => Services.GetServer());

        Set(OwnFiles("own"), Realm("eu"));
        Logged(100).Should().Contain("added: 'server'");
        Logged(100).Should().BeApproved();
        Services.GetServer().Realm.Should().Be("server");
    }

    [TestCase("removed")]
    [TestCase("plaintext")]
    [TestCase("without a certificate")]
    public async Task A_reload_that_breaks_the_realm_of_a_server_in_code_is_rejected(string how)
    {
        Set(null, Realm("eu"), Realm("us"));
        var server = Services.GetServer(Bound("eu"));

        Set(null, [.. (RealmOptions[])(how switch
        {
            "removed" => [],
            "plaintext" => [new() { Name = "eu", Endpoints = { "a:1" }, TlsConfig = new TlsOptions { Enabled = false } }],
            _ => [Realm("eu", tls => (tls.CertFile, tls.KeyFile) = (null, null)).With(realm => realm.Endpoints.Add("a:1"))],
        }), Realm("us")]);

        Logged(101).Should().Contain("ServerTlsOptions.realm: ").And.Contain("'eu'");
        Logged(101).Should().BeApproved();
        (await PresentedAsync(server)).Should().Be("CN=server eu");
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [Test]
    public void Rejects_a_realm_with_the_name_of_a_server_in_code()
    {
        Set(null);
        _ = Services.GetServer(OwnFiles("own", server => server.Name = "store"));

        Set(null, Realm("store"));

        Logged(101).Should().Contain("realms[0].name: 'store'");
        Logged(101).Should().BeApproved();
    }

    [Test]
    public async Task Logs_realms_that_a_reload_adds_after_a_server_in_code()
    {
        Set(null);
        _ = Services.GetServer(OwnFiles("own"));

        Set(null, Realm("eu"));

        Logged(100).Should().Contain("added: 'eu'");
        (await PresentedAsync(Services.GetServer(Bound("eu")))).Should().Be("CN=server eu");
    }

    [Test]
    public async Task Presents_renewed_files_and_not_invalid_ones()
    {
        Set(null);
        var server = Services.GetServer(OwnFiles("own"));
        Folder.WriteRealm("own", Root, Root.IssueServer("renewed"));
        await server.Certificates.ReloadAsync().WithTimeout();
        (await PresentedAsync(server)).Should().Be("CN=server renewed");

        Folder.Write("own/tls.crt", "nothing");
        await server.Certificates.ReloadAsync().WithTimeout();

        (await PresentedAsync(server)).Should().Be("CN=server renewed");
        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded && entry.Description!.Contains("ServerTlsOptions.cert_file: server 'server':"));
    }

    [Test]
    public async Task A_server_change_with_a_missing_file_is_rejected()
    {
        Set(OwnFiles("own"));
        var server = Services.GetServer();

        Set(OwnFiles("own", rules => (rules.KeyFile, rules.MinVersion) = (Folder["none.key"], SslProtocols.Tls12)));
        Time.Advance(FileMonitor.QuietPeriod);

        Logged(101).Should().Contain("server.key_file: ").And.Contain($"'{Folder["none.key"]}'");
        Logged(101).Should().BeApproved();
        (await server.PrepareHandshakeAsync()).Options.EnabledSslProtocols.Should().Be(SslProtocols.Tls13);
    }

    [Test]
    public async Task A_servers_realm_that_rotates_to_a_client_certificate_is_unhealthy()
    {
        Set(Bound("eu"), Realm("eu"));
        var server = Services.GetServer();
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);

        Folder.WriteRealm("eu", Root, Root.IssueClient("client"));
        await server.Certificates.ReloadAsync().WithTimeout();

        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description!.Contains("'CN=client' of realm 'eu'"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_servers_realm_that_rotated_to_a_client_certificate_blocks_no_reload(bool isInCode)
    {
        Set(isInCode ? null : Bound("eu"), Realm("eu"));
        var server = isInCode ? Services.GetServer(Bound("eu")) : Services.GetServer();
        Folder.WriteRealm("eu", Root, Root.IssueClient("eu"));
        (await server.Certificates.ReloadAsync().WithTimeout()).LastError.Should().BeNull();

        Set(isInCode ? null : Bound("eu"), Realm("eu"), Realm("us"));

        Logged(100).Should().Contain("added: 'us'");
        Services.Logs.Entries.Should().NotContain(entry => entry.EventId == 101);
    }

    [Test]
    public async Task Rejects_a_server_whose_files_hold_the_client_certificate_of_a_realm_with_its_name()
    {
        Folder.WriteRealm("own", Root, Root.IssueClient("client"));
        Set(null, Realm("own").With(realm => realm.Name = "server"));
        _ = Services.Factory;

        Set(OwnFiles("own"));

        Logged(101).Should().Contain("server.cert_file: ").And.Contain("'CN=client'");
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RegisterAndDispose(ServerTls server)
    {
        var token = server.GetChangeToken();
        token.RegisterChangeCallback(_ => { }, null).Dispose();
        return new WeakReference(token);
    }
}
