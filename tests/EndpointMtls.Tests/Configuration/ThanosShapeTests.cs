using System.Collections.Immutable;
using System.Globalization;
using System.Security.Authentication;
using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Sources;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Converts the Thanos format: the settings of each endpoint, and which endpoints share a realm.</summary>
public sealed class ThanosShapeTests
{
    private const string Default = """
        default_client_config:
          tls_config: { cert_file: /default/tls.crt, key_file: /default/tls.key, ca_file: /default/ca.crt }
          server_name: default.example.com
        endpoints:
        - address: a:10901

        """;

    [Test]
    public void Reads_every_key()
    {
        var realms = TestDocuments.Read("""
            default_client_config:
              tls_config:
                enabled: true
                insecure_skip_verify: false
                cert_file: /etc/thanos/tls.crt
                key_file: /etc/thanos/tls.key
                ca_file: /etc/thanos/ca.crt
                min_version: "1.3"
              server_name: thanos.example.com
              compression: none
            endpoints:
            - address: sidecar-0:10901
            - address: store.eu.example.com:443
              strict: true
              group: false
              client_config:
                tls_config:
                  enabled: true
                  insecure_skip_verify: false
                  cert_file: eu/tls.crt
                  key_file: eu/tls.key
                  ca_file: eu/ca.crt
                  min_version: "1.2"
                server_name: eu.example.com
                compression: none
            """);

        realms.Select(realm => (realm.Name, realm.IsStrict)).Should().Equal(("default", false), ("store.eu.example.com:443", true));
        realms[0].Tls.Should().BeEquivalentTo(new { CertFile = "/etc/thanos/tls.crt", KeyFile = "/etc/thanos/tls.key", CaFiles = ImmutableArray.Create("/etc/thanos/ca.crt"), ServerName = "thanos.example.com", Versions = new { Min = SslProtocols.Tls13 } });
        realms[1].Tls.Should().BeEquivalentTo(new { CertFile = "/etc/eu/tls.crt", KeyFile = "/etc/eu/tls.key", CaFiles = ImmutableArray.Create("/etc/eu/ca.crt"), ServerName = "eu.example.com", Versions = new { Min = SslProtocols.Tls12 } });
    }

    [Test]
    public void Inherits_each_channel_setting_and_an_empty_one_removes_it()
    {
        var realms = TestDocuments.Read("""
            default_client_config: { keepalive_time: 1m, idle_timeout: 5m, max_receive_message_size: 16MiB }
            endpoints:
            - address: a:1
            - { address: "b:1", client_config: { keepalive_time: 2m, idle_timeout: "", keepalive_without_calls: true } }
            - { address: "c:1", client_config: { tls_config: { enabled: false }, max_receive_message_size: 1000 }, strict: true }
            """);

        realms.Should().HaveCount(3);
        realms[0].Channel.Should().BeEquivalentTo(
            new { KeepaliveTime = TimeSpan.FromMinutes(1), IdleTimeout = TimeSpan.FromMinutes(5), KeepaliveWithoutCalls = false, MaxReceiveMessageSize = 16 << 20 });
        realms[1].Channel.Should().BeEquivalentTo(
            new { KeepaliveTime = TimeSpan.FromMinutes(2), IdleTimeout = TimeSpan.FromMinutes(30), KeepaliveWithoutCalls = true, MaxReceiveMessageSize = 16 << 20 });
        realms[2].Channel.Should().BeEquivalentTo(new { KeepaliveTime = TimeSpan.FromMinutes(1), MaxReceiveMessageSize = 1000 });
    }

    [TestCase("default_client_config: { idle_timeout: soon }\nendpoints: [{ address: 'a:1', client_config: { idle_timeout: 1m } }]", "default_client_config.idle_timeout")]
    [TestCase("endpoints: [{ address: 'a:1', client_config: { idle_timeout: 1ms } }]", "endpoints[0].client_config.idle_timeout")]
    public void Rejects_a_channel_setting_at_its_place(string yaml, string path) =>
        TestDocuments.ErrorsOf(yaml).Should().ContainSingle().Which.Key.Should().Be(path);

    [Test]
    public void Applies_the_default_to_an_endpoint_without_client_config()
    {
        var realm = TestDocuments.Read("default_client_config:\n  tls_config: { enabled: true, ca_file: /ca.crt }\nendpoints:\n- address: a:10901\n- address: b:10901").Single();

        realm.Endpoints.Select(address => address.ToString()).Should().Equal("a:10901", "b:10901");
        realm.Tls.Should().BeEquivalentTo(new { CertFile = (string?)null, CaFiles = ImmutableArray.Create("/ca.crt"), Versions = new { Min = SslProtocols.Tls13 }, ServerName = (string?)null });
    }

    [Test]
    public void Inherits_each_setting_separately() =>
        TlsOf("{ tls_config: { cert_file: /own.crt, key_file: /own.key } }")
            .Should().BeEquivalentTo(new { CertFile = "/own.crt", KeyFile = "/own.key", CaFiles = ImmutableArray.Create("/default/ca.crt"), ServerName = "default.example.com" });

    [Test]
    public void Inherits_settings_if_enabled_is_set() =>
        TlsOf("{ tls_config: { enabled: true, min_version: TLS12 } }")
            .Should().BeEquivalentTo(new { CertFile = "/default/tls.crt", CaFiles = ImmutableArray.Create("/default/ca.crt"), ServerName = "default.example.com", Versions = new { Min = SslProtocols.Tls12 } });

    [Test]
    public void Removes_the_default_if_a_setting_is_empty() =>
        TlsOf("{ tls_config: { cert_file: '', key_file: '' }, server_name: '' }")
            .Should().BeEquivalentTo(new { CertFile = (string?)null, KeyFile = (string?)null, CaFiles = ImmutableArray.Create("/default/ca.crt"), ServerName = (string?)null });

    [Test]
    public void Removes_a_default_that_plaintext_would_not_use() =>
        TestDocuments.Read("default_client_config: { server_name: x }\nendpoints: [{ address: 'a:1', client_config: { server_name: '' } }]").Single().Tls.Should().BeNull();

    [TestCase("{ tls_config: { enabled: false, cert_file: '', use_system_roots: false, insecure_skip_verify: false }, server_name: '' }")]
    public void Accepts_empty_and_default_values_with_plaintext(string clientConfig) => TlsOf(clientConfig).Should().BeNull();

    [Test]
    public void Uses_plaintext_for_an_endpoint_with_enabled_false() => TlsOf("{ tls_config: { enabled: false } }").Should().BeNull();

    [TestCase("{ tls_config: { ca_file: /ca.crt } }", true)]
    [TestCase("{ tls_config: { use_system_roots: true } }", true)]
    [TestCase("{ tls_config: { insecure_skip_verify: true } }", true)]
    [TestCase("{ tls_config: { insecure_skip_verify: false, ca_file: /ca.crt } }", true)]
    [TestCase("{ tls_config: { enabled: false, ca_file: '' } }", false)]
    [TestCase("{ server_name: '', compression: none }", false)]
    [TestCase("{ compression: '' }", false)]
    public void Enables_TLS_if_a_setting_requires_it(string clientConfig, bool isSecured) =>
        (TestDocuments.Read($"endpoints:\n- address: a:1\n  client_config: {clientConfig}").Single().Tls is not null).Should().Be(isSecured);

    [TestCase("insecure_skip_verify: true", "ca_file: /ca.crt")]
    [TestCase("insecure_skip_verify: true", "use_system_roots: true")]
    [TestCase("use_system_roots: true", "ca_file: /ca.crt")]
    [TestCase("ca_file: /own.crt", "use_system_roots: true")]
    [TestCase("ca_file: /own.crt, insecure_skip_verify: false", "insecure_skip_verify: true")]
    [TestCase("ca_file: /own.crt", "insecure_skip_verify: false")]
    public void Replaces_the_inherited_trust_settings(string own, string inherited)
    {
        var tls = TestDocuments.Read($$"""
            default_client_config: { tls_config: { {{inherited}} } }
            endpoints: [{ address: "a:1", client_config: { tls_config: { {{own}} } } }]
            """).Single().Tls!;

        tls.InsecureSkipVerify.Should().Be(own.StartsWith("insecure", StringComparison.Ordinal));
        tls.UseSystemRoots.Should().Be(own.StartsWith("use", StringComparison.Ordinal));
        tls.CaFiles.Should().Equal(own.StartsWith("ca", StringComparison.Ordinal) ? ["/own.crt"] : []);
    }

    [Test]
    public void Puts_endpoints_with_equal_connection_settings_into_one_realm()
    {
        var realms = TestDocuments.Read("""
            default_client_config: { tls_config: { ca_file: /ca.crt } }
            endpoints:
            - { address: "a:1", client_config: { tls_config: { ca_file: /eu.crt } } }
            - { address: "b:1" }
            - { address: "c:1", strict: true }
            - { address: "d:1", client_config: { tls_config: { ca_file: /eu.crt, enabled: true }, server_name: '' } }
            - { address: "e:1", client_config: { tls_config: { ca_file: /ca.crt } } }
            - { address: "f:1", client_config: { tls_config: { enabled: false } } }
            - { address: "g:1", group: true, service_config: '{}' }
            - { address: "h:1", group: true, service_config: '{}' }
            - { address: "i:1", group: true }
            - { address: "j:1", group: false, strict: false, service_config: '' }
            """);

        realms.Select(realm => $"{realm.Name}: {string.Join(' ', realm.Endpoints)}").Should().Equal(
            "a:1: a:1 d:1", "default: b:1 e:1 j:1", "default-strict: c:1", "f:1: f:1", "g:1: g:1 h:1", "i:1: i:1");
    }

    [Test]
    public void Names_a_realm_default_if_any_of_its_endpoints_inherits_everything() =>
        TestDocuments.Read("""
            default_client_config: { tls_config: { ca_file: /ca.crt } }
            endpoints: [{ address: "a:1", client_config: { tls_config: { ca_file: /ca.crt } } }, { address: "b:1" }]
            """).Single().Name.Should().Be("default");

    [Test]
    public void Keeps_names_unique_across_documents()
    {
        var options = new EndpointMtlsOptions { Realms = { new RealmOptions { Name = "default", Match = { "x" } } } };
        foreach (var address in new[] { "a:1", "b:1" })
        {
            YamlRealmSource.AddTo(options, TestDocuments.File, Encoding.UTF8.GetBytes($"endpoints: [{{ address: '{address}' }}]"));
        }

        options.Realms.Select(realm => realm.Name).Should().Equal("default", "default-2", "default-3");
    }

    [Test]
    public void Reads_ten_thousand_endpoints_with_own_settings()
    {
        var yaml = new StringBuilder("default_client_config:\n  tls_config:\n    ca_file: /etc/thanos/ca.crt\nendpoints:\n");
        for (var index = 0; index < 10_000; index++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"""
                - address: thanos-store-{index}.monitoring.eu-west-1.example.com:10901
                  strict: true
                  client_config:
                    tls_config:
                      enabled: true
                      cert_file: /etc/thanos/clients/{index / 2}/tls.crt
                      key_file: /etc/thanos/clients/{index / 2}/tls.key
                      min_version: "1.3"
                    server_name: thanos-store.example.com

                """);
        }

        var realms = TestDocuments.Read(yaml.ToString());

        realms.Should().HaveCount(5_000);
        realms.Sum(realm => realm.Endpoints.Length).Should().Be(10_000);
    }

    [Test]
    public void Warns_of_snappy() =>
        TestDocuments.WarningsOf("default_client_config: { compression: snappy }\nendpoints: [{ address: 'a:1' }, { address: 'b:1' }]").ShouldBe("NoEffect default_client_config.compression 1:26");

    private static TlsDefinition? TlsOf(string clientConfig) =>
        TestDocuments.Read($"{Default}- address: b:443\n  client_config: {clientConfig}")[1].Tls;
}
