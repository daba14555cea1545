using System.Runtime.CompilerServices;
using System.Security.Authentication;
using EndpointMtls.Files;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Serving;

/// <summary>What a change of the configuration or of files does to servers that listen.</summary>
public sealed class ServerReloadTests : ServerFixture
{
    [Test]
    public async Task Changed_rules_are_those_of_the_next_handshake_and_are_told()
    {
        using var meter = new MeterRecorder(realm: null);
        Set(Bound("eu"), Realm("eu"));
        var server = Services.GetServer();
        var before = await server.PrepareHandshakeAsync();
        var signals = 0;
        using var listening = ChangeToken.OnChange(server.GetChangeToken, () => signals++);

        Set(Bound("eu", rules => (rules.ClientAuthType, rules.MinVersion, rules.MaxConnectionAge) = (ClientAuthType.NoClientCert, SslProtocols.Tls12, TimeSpan.FromHours(1))), Realm("eu"));

        var after = await server.PrepareHandshakeAsync();
        (before.Options.ClientCertificateRequired, before.Options.EnabledSslProtocols).Should().Be((true, SslProtocols.Tls13));
        (after.Options.ClientCertificateRequired, after.Options.EnabledSslProtocols).Should().Be((false, SslProtocols.Tls12 | SslProtocols.Tls13));
        server.GetOptions().MaxConnectionAge = TimeSpan.Zero;
        server.GetOptions().MaxConnectionAge.Should().Be(TimeSpan.FromHours(1), "who changes a copy changes nothing");
        signals.Should().Be(1);
        Logged(100).Should().Be("The configuration has changed. Realms added: none; changed: none; removed: none; left as they are: 1. The server has changed.");
        meter.Of("endpoint_mtls.configuration.reloads").Should().Equal((1, "endpoint_mtls.outcome=applied"));
    }

    [Test]
    public void Nothing_remains_with_a_server_of_whoever_listened_to_it()
    {
        Set(OwnFiles("own"));
        var server = Services.GetServer();
        var token = ListenAndStop(server);

        GC.Collect();

        token.IsAlive.Should().BeFalse();
        GC.KeepAlive(server);
    }

    [Test]
    public async Task Changed_files_of_a_server_keep_what_was_handed_out()
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
    public void A_configuration_that_says_the_same_of_the_server_is_no_change()
    {
        Set(Bound("eu", rules => rules.ClientAllowedSans.Add("a")), Realm("eu"));
        _ = Services.GetServer();

        Set(Bound("eu", rules => rules.ClientAllowedSans.Add("a")), Realm("eu"));
        Logged(100).Should().BeNull();

        Set(Bound("eu", rules => rules.ClientAllowedSans.Add("b")), Realm("eu"));
        Logged(100).Should().EndWith("The server has changed.");
    }

    [Test]
    public async Task A_server_moves_from_files_of_its_own_to_a_realm_and_back()
    {
        Set(OwnFiles("own"), Realm("eu"));
        var server = Services.GetServer();
        var (files, signals) = (server.Certificates, 0);
        using var listening = ChangeToken.OnChange(server.GetChangeToken, () => signals++);

        Set(Bound("eu"), Realm("eu"));
        (await PresentedAsync(server)).Should().Be("CN=server eu");
        Logged(100).Should().Be("The configuration has changed. Realms added: none; changed: none; removed: 'server'; left as they are: 1. The server has changed.");
        Assert.Throws<InvalidOperationException>(() => files.CreateClientOptions("a"));

        Set(OwnFiles("own"), Realm("eu"));
        (await PresentedAsync(server)).Should().Be("CN=server own");
        server.Realm.Should().Be("server");
        signals.Should().BeGreaterThanOrEqualTo(2);
    }

    [Test]
    public async Task A_server_that_listens_cannot_leave_the_configuration()
    {
        Set(Bound("eu"), Realm("eu"));
        var server = Services.GetServer();

        Set(null, Realm("eu"));

        Logged(101).Should().EndWith("server: is gone. A server listens by it: put it back, or restart without that server.");
        (await PresentedAsync(server)).Should().Be("CN=server eu");
        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Degraded && entry.Description!.Contains("server: is gone."));

        Set(Bound("eu"), Realm("eu"));
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Test]
    public void A_server_that_nobody_has_asked_for_may_leave_and_another_may_come()
    {
        Set(Bound("eu"), Realm("eu"));
        _ = Services.Factory;

        Set(null, Realm("eu"));
        Logged(100).Should().EndWith("There is no server any more.");
        Assert.Throws<InvalidOperationException>(() => Services.GetServer());

        Set(OwnFiles("own"), Realm("eu"));
        Logged(100).Should().Be("The configuration has changed. Realms added: 'server'; changed: none; removed: none; left as they are: 1. There is a server now.");
        Services.GetServer().Realm.Should().Be("server");
    }

    [TestCase("gone", "there is no realm 'eu'")]
    [TestCase("plaintext", "realm 'eu' is plaintext: its 'tls_config' says 'enabled: false'")]
    [TestCase("anonymous", "realm 'eu' has no 'cert_file'")]
    public async Task The_realm_of_a_server_in_code_cannot_be_taken_away(string how, string what)
    {
        Set(null, Realm("eu"), Realm("us"));
        var server = Services.GetServer(Bound("eu"));

        Set(null, [.. (RealmOptions[])(how switch
        {
            "gone" => [],
            "plaintext" => [new() { Name = "eu", Endpoints = { "a:1" }, TlsConfig = new TlsOptions { Enabled = false } }],
            _ => [Realm("eu", tls => (tls.CertFile, tls.KeyFile) = (null, null)).With(realm => realm.Endpoints.Add("a:1"))],
        }), Realm("us")]);

        Logged(101).Should().EndWith($"ServerTlsOptions.realm: {what}. A server listens by it: put it back, or restart without that server.");
        (await PresentedAsync(server)).Should().Be("CN=server eu");
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [Test]
    public void A_realm_cannot_take_the_name_of_a_server_in_code()
    {
        Set(null);
        _ = Services.GetServer(OwnFiles("own", server => server.Name = "store"));

        Set(null, Realm("store"));

        Logged(101).Should().EndWith("realms[0].name: 'store' is the name of a server that code describes. Names identify realms and servers in logs and metrics: choose another.");
    }

    [Test]
    public async Task Realms_that_come_later_than_a_server_in_code_are_told()
    {
        Set(null);
        _ = Services.GetServer(OwnFiles("own"));

        Set(null, Realm("eu"));

        Logged(100).Should().StartWith("The configuration has changed. Realms added: 'eu'");
        (await PresentedAsync(Services.GetServer(Bound("eu")))).Should().Be("CN=server eu");
    }

    [Test]
    public async Task Renewed_files_are_presented_and_broken_ones_are_not()
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
    public async Task A_broken_file_of_a_changed_server_changes_nothing()
    {
        Set(OwnFiles("own"));
        var server = Services.GetServer();

        Set(OwnFiles("own", rules => (rules.KeyFile, rules.MinVersion) = (Folder["none.key"], SslProtocols.Tls12)));
        Time.Advance(FileMonitor.QuietPeriod);

        Logged(101).Should().EndWith($"server.key_file: server 'server': '{Folder["none.key"]}' does not exist. Check the path.");
        (await server.PrepareHandshakeAsync()).Options.EnabledSslProtocols.Should().Be(SslProtocols.Tls13);
    }

    [Test]
    public async Task A_realm_that_is_renewed_by_a_certificate_for_clients_alone_is_no_longer_healthy()
    {
        Set(Bound("eu"), Realm("eu"));
        var server = Services.GetServer();
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);

        Folder.WriteRealm("eu", Root, Root.IssueClient("client"));
        await server.Certificates.ReloadAsync().WithTimeout();

        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description!.Contains("the certificate 'CN=client' of realm 'eu' is not meant for servers"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Such_a_realm_does_not_keep_other_realms_from_changing(bool isInCode)
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
    public async Task A_client_realm_that_takes_the_place_of_the_servers_files_is_looked_at_anew()
    {
        Folder.WriteRealm("own", Root, Root.IssueClient("client"));
        Set(null, Realm("own").With(realm => realm.Name = "server"));
        _ = Services.Factory;

        Set(OwnFiles("own"));

        Logged(101).Should().Contain("which is not meant for servers");
        (await CheckHealthAsync()).Status.Should().Be(HealthStatus.Degraded);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ListenAndStop(ServerTls server)
    {
        var token = server.GetChangeToken();
        token.RegisterChangeCallback(_ => { }, null).Dispose();
        return new WeakReference(token);
    }
}
