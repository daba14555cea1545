using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Serving;

/// <summary>How <c>ServerTls.Get</c> finds or creates a server, and which options it rejects.</summary>
public sealed class ServerTlsTests : ServerFixture
{
    [Test]
    public async Task Returns_the_same_instance_for_the_server_in_the_configuration()
    {
        Set(Bound("eu"), Realm("eu"));

        var server = Services.GetServer();

        Services.GetServer().Should().BeSameAs(server);
        server.Realm.Should().Be("eu");
        server.Certificates.Should().BeSameAs(Services.Get<RotatingCertificateProvider>("eu"));
        (await PresentedAsync(server)).Should().Be("CN=server eu");
    }

    [Test]
    public async Task Disables_session_resumption_and_renegotiation()
    {
        Set(OwnFiles("own"));

        (await Services.GetServer().PrepareHandshakeAsync()).Options.Should().Match<SslServerAuthenticationOptions>(options => !options.AllowTlsResume && !options.AllowRenegotiation);
    }

    [Test]
    public async Task A_configuration_with_only_a_server_is_valid()
    {
        Set(OwnFiles("own"));

        var server = Services.GetServer();

        server.Realm.Should().Be("server");
        (await PresentedAsync(server)).Should().Be("CN=server own");
    }

    [Test]
    public void Throws_if_the_configuration_has_no_server()
    {
        Set(null, Realm("eu"));

        Assert.Throws<InvalidOperationException>(() => Services.GetServer())!.Message.Should().BeApproved();
    }

    [Test]
    public async Task Returns_the_same_server_for_the_same_options_instance()
    {
        Set(null, Realm("eu"));
        var options = OwnFiles("own");

        var server = Services.GetServer(options);

        Services.GetServer(options).Should().BeSameAs(server);
        Services.GetServer(Bound("eu")).Should().NotBeSameAs(Services.GetServer(Bound("eu")));
        (await PresentedAsync(server)).Should().Be("CN=server own");
    }

    [TestCase("uk")]
    [TestCase("nowhere")]
    [TestCase("plain")]
    [TestCase("off")]
    [TestCase("anonymous")]
    [TestCase("roots")]
    [TestCase("client")]
    [TestCase("realms[6]")]
    public void Rejects_an_unusable_realm_in_code_and_in_the_configuration(string realm)
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

        var failure = FailureOf(Bound(realm));
        failure.Should().StartWith("ServerTlsOptions.realm: ").And.Contain($"'{realm}'");
        Set(Bound(realm), realms);
        Logged(101).Should().EndWith(failure.Replace("ServerTlsOptions", "server", StringComparison.Ordinal));

        static bool Add(RealmOptions realm)
        {
            realm.Endpoints.Add("d:1");
            return true;
        }
    }

    [Test]
    public void A_server_that_verifies_no_client_may_use_a_realm_with_the_roots_of_the_system()
    {
        Set(null, Realm("roots", tls => (tls.UseSystemRoots, _) = (true, tls.CaFile.Remove(tls.CaFile[0]))));

        Services.GetServer(Bound("roots", server => server.ClientAuthType = ClientAuthType.NoClientCert)).Realm.Should().Be("roots");
    }

    [Test]
    public void Rejects_unusable_files_of_a_server()
    {
        Set(null);
        Folder.WriteRealm("client", Root, Root.IssueClient("client"));

        FailureOf(OwnFiles("client", server => server.Name = "store")).Should()
            .StartWith("ServerTlsOptions.cert_file: server 'store': ").And.Contain(Folder["client/tls.crt"]).And.Contain("'CN=client'");
        FailureOf(OwnFiles("own", server => server.ClientCaFile[0] = Folder["none.crt"])).Should()
            .StartWith("ServerTlsOptions.client_ca_file: server 'server': ").And.Contain(Folder["none.crt"]);
        FailureOf(OwnFiles("own", server => server.ClientAuthType = null)).Should().StartWith("ServerTlsOptions.client_auth_type: ");
    }

    [Test]
    public void Rejects_a_duplicate_name_and_frees_the_name_of_a_rejected_server()
    {
        Set(null, Realm("eu"));

        FailureOf(OwnFiles("own", server => server.Name = "eu")).Should().StartWith("ServerTlsOptions.name: 'eu'");
        FailureOf(OwnFiles("own", server => server.ClientCaFile[0] = Folder["none.crt"])).Should().StartWith("ServerTlsOptions.client_ca_file: ");
        FailureOf(OwnFiles("own", server => server.ClientAllowedSans.Add("*"))).Should().StartWith("ServerTlsOptions.client_allowed_sans[0]: ");
        Services.GetServer(OwnFiles("own")).Realm.Should().Be("server");
        FailureOf(OwnFiles("other")).Should().StartWith("ServerTlsOptions.name: 'server'");
        Services.GetServer(OwnFiles("other", server => server.Name = "other")).Realm.Should().Be("other");
        Set(null, Realm("eu"), Realm("us"));
        Logged(101).Should().BeNull("a rejected server does not keep its name");
    }

    [Test]
    public void Reports_a_realm_with_the_name_of_the_server_once()
    {
        Set(OwnFiles("own"), new RealmOptions { Name = "server", Endpoints = { "a:1" } });

        var failure = Assert.Catch<OptionsValidationException>(() => _ = Services.Factory)!.Failures.Should().ContainSingle().Which;

        failure.Should().StartWith("server.name: 'server'").And.Contain("realms[0]");
        failure.Should().BeApproved();
    }

    [Test]
    public void Rejects_cipher_suites_for_another_kind_of_key()
    {
        using var rsa = RSA.Create(2048);
        Folder.WriteRealm("rsa", Root, Root.Issue("rsa", ["rsa"], TestCa.ServerAuthentication, key: rsa));
        Set(null, Realm("ec"), Realm("rsa"));

        Services.GetServer(Bound("rsa", OnlyForRsa)).Realm.Should().Be("rsa");
        FailureOf(Bound("ec", OnlyForRsa)).Should().StartWith("ServerTlsOptions.cipher_suites: ").And.Contain("'CN=server ec'").And.Contain("ECDSA");
        FailureOf(OwnFiles("own", OnlyForRsa)).Should().StartWith("ServerTlsOptions.cipher_suites: ").And.Contain("'CN=server own'");

        Services.GetServer(Bound("ec", server =>
        {
            OnlyForRsa(server);
            server.CipherSuites.Add(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
        })).Realm.Should().Be("ec");
        FailureOf(Bound("rsa", server =>
        {
            server.MinVersion = SslProtocols.Tls12;
            server.CipherSuites.Add(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
        })).Should().Contain("'CN=rsa'").And.Contain("RSA");

        static void OnlyForRsa(ServerTlsOptions server)
        {
            server.MinVersion = SslProtocols.Tls12;
            server.CipherSuites.Add(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
        }
    }

    [Test]
    public void Logs_warnings_about_a_server_in_code()
    {
        Set(null, Realm("eu"));

        Services.GetServer(Bound("eu", server => server.MaxConnectionAgeGrace = TimeSpan.FromSeconds(30)));

        Logged(103).Should().StartWith("ServerTlsOptions.max_connection_age_grace: ");
        Logged(103).Should().BeApproved();
    }

    [Test]
    public async Task A_server_in_code_has_health_and_metrics_and_stops_watching_its_files_with_the_service_provider()
    {
        Set(null);
        _ = Services.Factory;
        using var meter = new MeterRecorder("store");
        Folder.WriteRealm("own", Root, Root.Issue("own", ["own"], TestCa.ServerAuthentication, notAfter: Time.GetUtcNow().AddDays(1)));

        var server = Services.GetServer(OwnFiles("own", server => server.Name = "store"));

        meter.Observe("endpoint_mtls.certificate.time_to_expiry", "endpoint_mtls.certificate=leaf").Should().Be(TimeSpan.FromDays(1).TotalSeconds);
        Time.Advance(TimeSpan.FromDays(2));
        (await CheckHealthAsync()).Should().Match<HealthReportEntry>(
            entry => entry.Status == HealthStatus.Unhealthy && entry.Description!.Contains("'CN=own' of realm 'store' expired"));
        var checkedAt = server.Certificates.Describe().CheckedAt;
        checkedAt.Should().Be(Time.GetUtcNow());
        await Services.DisposeAsync();
        Time.Advance(TimeSpan.FromDays(1));
        server.Certificates.Describe().Should().Match<LoadedCertificates>(loaded => loaded.Realm == "store" && loaded.CheckedAt == checkedAt);
    }

    /// <summary>The only error of a server, whose text is approved.</summary>
    private string FailureOf(ServerTlsOptions options)
    {
        var failure = Assert.Catch<OptionsValidationException>(() => Services.GetServer(options))!.Failures.Should().ContainSingle().Which;
        failure.Should().BeApproved();
        return failure;
    }
}
