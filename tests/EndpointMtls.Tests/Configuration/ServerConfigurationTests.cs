using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Configuration.Sources;
using Microsoft.Extensions.Configuration;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads a server from documents, sections and code.</summary>
public sealed class ServerConfigurationTests
{
    private const string Whole = """
        server:
          name: store-api
          cert_file: tls.crt
          key_file: /abs/tls.key
          key_password_file: password
          client_ca_file: [ca.crt, more]
          client_auth_type: RequireAndVerifyClientCert
          client_allowed_sans: [a, b]
          min_version: VersionTLS12
          cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
          check_interval: 30s
          ca_overlap: 1h
          on_expired: fail
          expiry_warning: 7d
          max_connection_age: 5m
          max_connection_age_grace: 500ms
          close_on_rotation: 0s
          on_client_cert_expired: close
          on_trust_removed: close
        """;

    [Test]
    public void Reads_every_key_of_a_document()
    {
        var server = OptionsOf(Whole);

        server.Should().BeEquivalentTo(new ServerTlsOptions
        {
            Name = "store-api",
            CertFile = "/etc/tls.crt",
            KeyFile = "/abs/tls.key",
            KeyPasswordFile = "/etc/password",
            ClientCaFile = { "/etc/ca.crt", "/etc/more" },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
            ClientAllowedSans = { "a", "b" },
            MinVersion = SslProtocols.Tls12,
            CipherSuites = { TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 },
            CheckInterval = TimeSpan.FromSeconds(30),
            CaOverlap = TimeSpan.FromHours(1),
            OnExpired = ExpiredAction.Fail,
            ExpiryWarning = TimeSpan.FromDays(7),
            MaxConnectionAge = TimeSpan.FromMinutes(5),
            MaxConnectionAgeGrace = TimeSpan.FromMilliseconds(500),
            CloseOnRotation = TimeSpan.Zero,
            OnClientCertExpired = ClientConnectionAction.Close,
            OnTrustRemoved = ClientConnectionAction.Close,
        });
    }

    [Test]
    public void Creates_a_realm_for_a_server_with_its_own_files()
    {
        var definition = TestDocuments.ReadServer(Whole);
        var own = TestDocuments.Read(Whole).Single();

        definition.Realm.Should().Be("store-api");
        own.Name.Should().Be("store-api");
        own.Tls.Should().BeEquivalentTo(new { IsServer = true, CertFile = "/etc/tls.crt", OnExpired = ExpiredAction.Fail, CaOverlap = TimeSpan.FromHours(1), CheckInterval = TimeSpan.FromSeconds(30) });
        own.Tls!.CaFiles.Should().Equal("/etc/ca.crt", "/etc/more");
        definition.Protocols.Should().Be(SslProtocols.Tls12 | SslProtocols.Tls13);
        definition.CopyOptions().Should().BeEquivalentTo(new
        {
            MaxConnectionAge = TimeSpan.FromMinutes(5),
            MaxConnectionAgeGrace = TimeSpan.FromMilliseconds(500),
            CloseOnRotation = TimeSpan.Zero,
            OnClientCertExpired = ClientConnectionAction.Close,
            OnTrustRemoved = ClientConnectionAction.Close,
        });
    }

    [TestCase("server: { realm: eu }", ClientAuthType.RequireAndVerifyClientCert)]
    [TestCase("server: { cert_file: c, key_file: k }", ClientAuthType.NoClientCert)]
    [TestCase("server: { realm: eu, client_auth_type: NoClientCert }", ClientAuthType.NoClientCert)]
    [TestCase("server: { realm: eu, client_auth_type: VerifyClientCertIfGiven }", ClientAuthType.VerifyClientCertIfGiven)]
    [TestCase("server: { cert_file: c, key_file: k, client_auth_type: RequestClientCert }", ClientAuthType.RequestClientCert)]
    [TestCase("server: { cert_file: c, key_file: k, client_auth_type: RequireClientCert }", ClientAuthType.RequireAnyClientCert)]
    [TestCase("server: { cert_file: c, key_file: k, client_auth_type: RequireAnyClientCert }", ClientAuthType.RequireAnyClientCert)]
    [TestCase("server: { cert_file: c, key_file: k, client_ca_file: a, client_auth_type: VerifyClientCertIfGiven }", ClientAuthType.VerifyClientCertIfGiven)]
    public void Uses_the_configured_client_auth_type_or_its_default(string yaml, ClientAuthType expected) =>
        TestDocuments.ReadServer(yaml).ClientAuthType.Should().Be(expected);

    [TestCase("realms: [{ name: eu, match: ['*'] }]\nserver: { realm: eu }", "eu")]
    [TestCase("server: { realm: eu }\nendpoints: [{ address: 'a:1' }, { address: 'b:1', strict: true }]", "default", "default-strict")]
    [TestCase("default_client_config: { tls_config: { ca_file: a } }\nendpoints: [{ address: 'a:1' }]\nserver: { name: default, cert_file: c, key_file: k }", "default-2", "default")]
    [TestCase("server: { cert_file: c, key_file: k }", "server")]
    [TestCase("realms: []\nserver: { cert_file: c, key_file: k }", "server")]
    public void Accepts_a_server_with_realms_with_Thanos_endpoints_or_alone(string yaml, params string[] realms)
    {
        TestDocuments.ReadServer(yaml).Should().NotBeNull();
        TestDocuments.Read(yaml).Select(realm => realm.Name).Should().Equal(realms);
    }

    [Test]
    public void Reads_a_maximum_age_of_zero_as_no_limit() => TestDocuments.ReadServer("server: { realm: eu, max_connection_age: 0s }").CopyOptions().MaxConnectionAge.Should().BeNull();

    [TestCase("", true)]
    [TestCase(", check_interval: 20s", true, Description = "compared with the realm")]
    [TestCase(", client_auth_type: RequestClientCert", false)]
    [TestCase(", min_version: 1.2", false)]
    [TestCase(", cipher_suites: [TLS_AES_128_GCM_SHA256]", false)]
    [TestCase(", max_connection_age: 1h", false)]
    [TestCase(", name: other", false)]
    public void Compares_the_options_of_servers(string rule, bool isSame) =>
        TestDocuments.ReadServer($"server: {{ cert_file: c, key_file: k{rule} }}").IsSameAs(TestDocuments.ReadServer("server: { cert_file: c, key_file: k }")).Should().Be(isSame);

    [TestCase("", true)]
    [TestCase(", max_connection_age: 0s", true)]
    [TestCase(", on_trust_removed: close", true)]
    [TestCase(", max_connection_age: 1h", false)]
    [TestCase(", close_on_rotation: 1m", false)]
    [TestCase(", on_client_cert_expired: close", false)]
    public void Warns_of_a_grace_period_without_effect(string more, bool isWarning) =>
        TestDocuments.WarningsOf($"server: {{ realm: eu, max_connection_age_grace: 30s{more} }}").Should().HaveCount(isWarning ? 1 : 0);

    [Test]
    public void Reads_a_section()
    {
        var options = FromSection(new()
        {
            ["EndpointMtls:Server:CertFile"] = "/etc/tls.crt",
            ["EndpointMtls:Server:key_file"] = "/etc/tls.key",
            ["EndpointMtls:SERVER:ClientCaFile"] = "ca.crt",
            ["EndpointMtls:Server:ClientAuthType"] = "VerifyClientCertIfGiven",
            ["EndpointMtls:Server:CipherSuites:0"] = "TLS_AES_128_GCM_SHA256",
            ["EndpointMtls:Server:MaxConnectionAge"] = "00:05:00",
        });

        options.Errors.Errors.Should().BeEmpty();
        options.Server.Should().BeEquivalentTo(new ServerTlsOptions
        {
            CertFile = "/etc/tls.crt",
            KeyFile = "/etc/tls.key",
            ClientCaFile = { "ca.crt" },
            ClientAuthType = ClientAuthType.VerifyClientCertIfGiven,
            CipherSuites = { TlsCipherSuite.TLS_AES_128_GCM_SHA256 },
            MaxConnectionAge = TimeSpan.FromMinutes(5),
        });
    }

    [Test]
    public void Rejects_a_section_with_the_same_errors() => FromSection(new()
    {
        ["EndpointMtls:Server:TlsServerConfig:CertFile"] = "c",
        ["EndpointMtls:Server:CloseOnRotation"] = "True",
        ["EndpointMtls:Server:ClientAllowedSans"] = "",
        ["EndpointMtls:Realms:0:Server:Realm"] = "eu",
    }).Errors.Errors.ShouldBe(
            "InvalidValue EndpointMtls:Server:ClientAllowedSans",
            "InvalidValue EndpointMtls:Server:CloseOnRotation",
            "UnknownKey EndpointMtls:Server:TlsServerConfig",
            "UnknownKey EndpointMtls:Realms:0:Server");

    [Test]
    public void Rejects_servers_in_two_sources_with_both_places()
    {
        var options = FromSection(new() { ["EndpointMtls:Server:Realm"] = "eu" });
        YamlRealmSource.AddTo(options, "a.yaml", "server: { realm: eu }"u8);
        var others = new EndpointMtlsOptions();
        YamlRealmSource.AddTo(others, "a.yaml", "realms: []\nserver: { realm: eu }"u8);
        YamlRealmSource.AddTo(others, "b.yaml", "server: { realm: us }"u8);
        var code = new EndpointMtlsOptions { Server = new ServerTlsOptions { Realm = "eu" } };
        YamlRealmSource.AddTo(code, "a.yaml", "server: { realm: us }"u8);

        options.Errors.Errors.ShouldBe("Conflict server 1:1");
        others.Errors.Errors.ShouldBe("Conflict server 1:1");
        code.Errors.Errors.ShouldBe("Conflict server 1:1");
    }

    private static ServerTlsOptions OptionsOf(string yaml)
    {
        var options = new EndpointMtlsOptions();
        YamlRealmSource.AddTo(options, TestDocuments.File, System.Text.Encoding.UTF8.GetBytes(yaml));
        options.Errors.Errors.Should().BeEmpty();
        return options.Server!;
    }

    private static EndpointMtlsOptions FromSection(Dictionary<string, string?> values)
    {
        var options = new EndpointMtlsOptions();
        SectionRealmSource.AddTo(options, new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection("EndpointMtls"));
        return options;
    }
}
