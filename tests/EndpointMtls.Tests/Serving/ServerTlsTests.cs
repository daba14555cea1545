using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Serving;

/// <summary>Which servers there are, and what keeps one from being.</summary>
public sealed class ServerTlsTests : ServerFixture
{
    [Test]
    public async Task The_server_of_the_configuration_is_one_whoever_asks()
    {
        Set(Bound("eu"), Realm("eu"));

        var server = Services.GetServer();

        Services.GetServer().Should().BeSameAs(server);
        server.Realm.Should().Be("eu");
        server.Certificates.Should().BeSameAs(Services.Get<RotatingCertificateProvider>("eu"));
        (await PresentedAsync(server)).Should().Be("CN=server eu");
    }

    [Test]
    public async Task No_handshake_is_resumed_or_made_again()
    {
        Set(OwnFiles("own"));

        (await Services.GetServer().PrepareHandshakeAsync()).Options.Should().Match<SslServerAuthenticationOptions>(options => !options.AllowTlsResume && !options.AllowRenegotiation);
    }

    [Test]
    public async Task A_configuration_of_a_server_alone_is_enough()
    {
        Set(OwnFiles("own"));

        var server = Services.GetServer();

        server.Realm.Should().Be("server");
        (await PresentedAsync(server)).Should().Be("CN=server own");
    }

    [Test]
    public void A_configuration_without_a_server_says_so()
    {
        Set(null, Realm("eu"));

        Assert.Throws<InvalidOperationException>(() => Services.GetServer())!.Message.Should().Be("The configuration has no 'server'. Add one, or say in code what the server presents and whom it lets in.");
    }

    [Test]
    public async Task The_same_options_lead_to_the_same_server_and_others_to_another()
    {
        Set(null, Realm("eu"));
        var options = OwnFiles("own");

        var server = Services.GetServer(options);

        Services.GetServer(options).Should().BeSameAs(server);
        Services.GetServer(Bound("eu")).Should().NotBeSameAs(Services.GetServer(Bound("eu")));
        (await PresentedAsync(server)).Should().Be("CN=server own");
    }

    [TestCase("uk", "ServerTlsOptions.realm: there is no realm 'uk'. Did you mean 'us'?")]
    [TestCase("nowhere", "ServerTlsOptions.realm: there is no realm 'nowhere'. Name a realm of the configuration.")]
    [TestCase("plain", "ServerTlsOptions.realm: realm 'plain' is plaintext: it has no 'tls_config'. Name a realm with a 'cert_file'.")]
    [TestCase("off", "ServerTlsOptions.realm: realm 'off' is plaintext: its 'tls_config' says 'enabled: false'. Name a realm with a 'cert_file'.")]
    [TestCase("anonymous", "ServerTlsOptions.realm: realm 'anonymous' has no 'cert_file'. A server presents a certificate: give the realm one, or name another.")]
    [TestCase("roots", "ServerTlsOptions.realm: realm 'roots' has no 'ca_file', by which clients could be verified. Give the realm one, or name another.")]
    [TestCase("client", "ServerTlsOptions.realm: the certificate 'CN=client' of realm 'client' is not meant for servers, and every client would reject it. Issue it for server authentication as well, or name another realm.")]
    [TestCase("realms[6]", "ServerTlsOptions.realm: realm 'realms[6]' is called by its place, where another one may be after a change. Give it a 'name', and use that.")]
    public void A_realm_that_will_not_do_is_refused_and_the_configuration_says_the_same(string realm, string message)
    {
        Folder.WriteRealm("client", Root, Root.IssueClient("client"));
        RealmOptions[] realms =
        [
            Realm("us"),
            new() { Name = "plain", Endpoints = { "a:1" } },
            new() { Name = "off", Endpoints = { "b:1" }, TlsConfig = new TlsOptions { Enabled = false } },
            new() { Name = "anonymous", Endpoints = { "c:1" }, TlsConfig = new TlsOptions { UseSystemRoots = true } },
            Realm("roots", tls => (tls.UseSystemRoots, _) = (true, tls.CaFile.Remove(tls.CaFile[0]))),
            Realm("client"),
            Realm("place").With(place => (place.Name, _) = (null, Add(place))),
        ];
        Set(null, realms);

        FailuresOf(Bound(realm)).Should().Equal(message);
        Set(Bound(realm), realms);
        Logged(101).Should().EndWith(message.Replace("ServerTlsOptions", "server", StringComparison.Ordinal));

        static bool Add(RealmOptions realm)
        {
            realm.Endpoints.Add("d:1");
            return true;
        }
    }

    [Test]
    public void A_realm_whose_authorities_are_the_systems_will_do_where_nobody_verifies()
    {
        Set(null, Realm("roots", tls => (tls.UseSystemRoots, _) = (true, tls.CaFile.Remove(tls.CaFile[0]))));

        Services.GetServer(Bound("roots", server => server.ClientAuthType = ClientAuthType.NoClientCert)).Realm.Should().Be("roots");
    }

    [Test]
    public void Files_of_its_own_that_will_not_do_are_refused_by_the_name_of_the_server()
    {
        Set(null);
        Folder.WriteRealm("client", Root, Root.IssueClient("client"));

        FailuresOf(OwnFiles("client", server => server.Name = "store")).Should().Equal(
            $"ServerTlsOptions.cert_file: server 'store': '{Folder["client/tls.crt"]}' holds the certificate 'CN=client', which is not meant for servers: every client would reject it. Issue it with the extended key usage 'server authentication'.");
        FailuresOf(OwnFiles("own", server => server.ClientCaFile[0] = Folder["none.crt"])).Should().Equal($"ServerTlsOptions.client_ca_file: server 'server': '{Folder["none.crt"]}' does not exist. Check the path.");
        FailuresOf(OwnFiles("own", server => server.ClientAuthType = null)).Should().ContainSingle().Which.Should().StartWith("ServerTlsOptions.client_auth_type: required because");
    }

    [Test]
    public void A_name_that_is_taken_is_refused_and_one_that_was_refused_is_free()
    {
        Set(null, Realm("eu"));

        FailuresOf(OwnFiles("own", server => server.Name = "eu")).Should().Equal("ServerTlsOptions.name: 'eu' is the name of a realm, or of another server. Names identify realms and servers in logs and metrics: choose another.");
        FailuresOf(OwnFiles("own", server => server.ClientCaFile[0] = Folder["none.crt"])).Should().ContainSingle();
        FailuresOf(OwnFiles("own", server => server.ClientAllowedSans.Add("*"))).Should().ContainSingle();
        Services.GetServer(OwnFiles("own")).Realm.Should().Be("server");
        FailuresOf(OwnFiles("other")).Should().ContainSingle().Which.Should().StartWith("ServerTlsOptions.name: 'server' is the name of");
        Services.GetServer(OwnFiles("other", server => server.Name = "other")).Realm.Should().Be("other");
        Set(null, Realm("eu"), Realm("us"));
        Logged(101).Should().BeNull("no server was refused and took the name all the same");
    }

    [Test]
    public void A_realm_that_has_the_name_of_the_server_is_told_once()
    {
        Set(OwnFiles("own"), new RealmOptions { Name = "server", Endpoints = { "a:1" } });

        Assert.Catch<OptionsValidationException>(() => _ = Services.Factory)!.Failures.Should().Equal(
            "server.name: 'server' is taken by realms[0]. Names identify realms in logs and metrics: choose another.");
    }

    [Test]
    public void Suites_for_another_kind_of_key_than_the_certificate_has_are_refused()
    {
        using var rsa = RSA.Create(2048);
        Folder.WriteRealm("rsa", Root, Root.Issue("rsa", ["rsa"], TestCa.ServerAuthentication, key: rsa));
        Set(null, Realm("ec"), Realm("rsa"));

        Services.GetServer(Bound("rsa", OnlyForRsa)).Realm.Should().Be("rsa");
        FailuresOf(Bound("ec", OnlyForRsa)).Should().Equal("ServerTlsOptions.cipher_suites: none of them can be used with the certificate 'CN=server ec', which has an ECDSA key. Add one of its kind, or of TLS 1.3.");
        FailuresOf(OwnFiles("own", OnlyForRsa)).Should().ContainSingle().Which.Should().StartWith("ServerTlsOptions.cipher_suites: none of them can be used with the certificate 'CN=server own'");

        Services.GetServer(Bound("ec", server =>
        {
            OnlyForRsa(server);
            server.CipherSuites.Add(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
        })).Realm.Should().Be("ec");
        FailuresOf(Bound("rsa", server =>
        {
            server.MinVersion = SslProtocols.Tls12;
            server.CipherSuites.Add(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
        }))
            .Should().ContainSingle().Which.Should().Contain("'CN=rsa', which has an RSA key.");

        static void OnlyForRsa(ServerTlsOptions server)
        {
            server.MinVersion = SslProtocols.Tls12;
            server.CipherSuites.Add(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
        }
    }

    [Test]
    public void What_is_strange_about_a_server_in_code_is_told()
    {
        Set(null, Realm("eu"));

        Services.GetServer(Bound("eu", server => server.MaxConnectionAgeGrace = TimeSpan.FromSeconds(30)));

        Logged(103).Should().StartWith("ServerTlsOptions.max_connection_age_grace: has no effect: no client is ever asked to connect again.");
    }

    [Test]
    public async Task A_server_in_code_is_seen_by_health_and_metrics_and_ends_with_the_container()
    {
        Set(null);
        _ = Services.Factory;
        using var meter = new MeterRecorder("store");
        var timers = Time.RunningTimers;
        Folder.WriteRealm("own", Root, Root.Issue("own", ["own"], TestCa.ServerAuthentication, notAfter: Time.GetUtcNow().AddDays(1)));

        var server = Services.GetServer(OwnFiles("own", server => server.Name = "store"));

        meter.Observe("endpoint_mtls.certificate.time_to_expiry").Should().Be(TimeSpan.FromDays(1).TotalSeconds);
        Time.Advance(TimeSpan.FromDays(2));
        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description!.StartsWith("The certificate 'CN=own' of realm 'store' expired on"));
        Time.RunningTimers.Should().BeGreaterThan(timers);
        await Services.DisposeAsync();
        Time.RunningTimers.Should().Be(0);
        server.Certificates.Describe().Realm.Should().Be("store");
    }

    private IEnumerable<string> FailuresOf(ServerTlsOptions options) =>
        Assert.Catch<OptionsValidationException>(() => Services.GetServer(options))!.Failures;
}
