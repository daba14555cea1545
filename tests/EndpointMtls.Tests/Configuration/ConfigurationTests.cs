using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What is wrong in a YAML file, word for word: what, where, and the fix.</summary>
public sealed class ConfigurationTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Reads_every_key_of_a_realm()
    {
        var options = Read("""
            - name: remote-eu
              match: ["*.eu.example.com", "10.8.0.0/16"]
              tls_config:
                cert_file: eu/tls.crt
                key_file: /keys/tls.key
                ca_file: eu/ca.crt
                server_name: store.eu
                min_version: "1.2"
              endpoints:
                - thanos-1.eu.example.com:443
              mode: strict
            - endpoints: [sidecar-0:10901]
            """);

        options.Realms.Should().HaveCount(2);
        var realm = options.Realms[0];
        realm.Name.Should().Be("remote-eu");
        realm.Match.Should().Equal("*.eu.example.com", "10.8.0.0/16");
        realm.Endpoints.Should().Equal("thanos-1.eu.example.com:443");
        realm.Strict.Should().BeTrue();
        realm.TlsConfig.Should().BeEquivalentTo(new TlsOptions
        {
            CertFile = _folder["eu/tls.crt"],
            KeyFile = "/keys/tls.key",
            CaFile = { _folder["eu/ca.crt"] },
            ServerName = "store.eu",
            MinVersion = System.Security.Authentication.SslProtocols.Tls12,
        });
        options.Realms[1].TlsConfig.Should().BeNull();
        options.Realms[1].Strict.Should().BeFalse();
    }

    [TestCase("- nmae: a\n  endpoints: [a:1]", "realms[0].nmae: unknown key (FILE:1:3). Did you mean 'name'?")]
    [TestCase("- tls_conf: {}\n  endpoints: [a:1]", "realms[0].tls_conf: unknown key (FILE:1:3). Did you mean 'tls_config'?")]
    [TestCase("- targets: [a:1]\n  endpoints: [a:1]", "realms[0].targets: unknown key (FILE:1:3). Known keys: name, match, tls_config, endpoints, endpoints_sd_files, mode, group, service_config, probe.")]
    [TestCase("- tls_config: { ca_fiel: x, ca_file: y }\n  endpoints: [a:1]", "realms[0].tls_config.ca_fiel: unknown key (FILE:1:17). Did you mean 'ca_file'?")]
    [TestCase("- tls_config:\n  endpoints: [a:1]", "realms[0].tls_config: has no value (FILE:1:3). Set 'ca_file', or remove 'tls_config' for plaintext.")]
    [TestCase("- tls_config: yes\n  endpoints: [a:1]", "realms[0].tls_config: must be a group of keys, not a single value (FILE:1:15). Known keys: enabled, cert_file, key_file, key_password_file, ca_file, use_system_roots, insecure_skip_verify, server_name, min_version, max_version, check_interval, swap_jitter, drain_timeout, ca_overlap, on_trust_removed, on_expired.")]
    [TestCase("- tls_config: {}\n  endpoints: [a:1]", "realms[0].tls_config.ca_file: required (FILE:1:15). Give the file with the certificate authorities that vouch for the servers, or write 'use_system_roots: true'.")]
    [TestCase("- tls_config: { ca_file: '' }\n  endpoints: [a:1]", "realms[0].tls_config.ca_file: is empty (FILE:1:17). Give a path, or remove the key.")]
    [TestCase("- tls_config: { ca_file: x, cert_file: '', key_file: y }\n  endpoints: [a:1]", "realms[0].tls_config.cert_file: is empty (FILE:1:29). Give a path, or remove the key.")]
    [TestCase("- tls_config: { ca_file: x, cert_file: y, key_file: '' }\n  endpoints: [a:1]", "realms[0].tls_config.key_file: is empty (FILE:1:43). Give a path, or remove the key.")]
    [TestCase("- tls_config:\n    ca_file: x\n    cert_file: y\n  endpoints: [a:1]", "realms[0].tls_config.key_file: required because 'cert_file' is set (FILE:2:5). Set both, or neither.")]
    [TestCase("- tls_config:\n    ca_file: x\n    key_file: y\n  endpoints: [a:1]", "realms[0].tls_config.cert_file: required because 'key_file' is set (FILE:2:5). Set both, or neither.")]
    [TestCase("- tls_config: { ca_file: x, min_version: 1.1 }\n  endpoints: [a:1]", "realms[0].tls_config.min_version: '1.1' is too old: TLS 1.0 and 1.1 are broken (FILE:1:29). Write \"1.2\" or \"1.3\".")]
    [TestCase("- tls_config: { ca_file: x, server_name: 'a b' }\n  endpoints: [a:1]", "realms[0].tls_config.server_name: 'a b' is not a host name (FILE:1:29). Write the name that stands in the server's certificate, without a port.")]
    [TestCase("- endpoints: [a]", "realms[0].endpoints[0]: 'a' is not an address: it has no port. Write 'host:port'; there is no default port (FILE:1:15).")]
    [TestCase("- endpoints: a:1", "realms[0].endpoints: must be a list, not a single value (FILE:1:3). Write one item a line, each after '- '.")]
    [TestCase("- endpoints: [[a:1]]\n  match: [b]", "realms[0].endpoints[0]: must be a single value, not a list (FILE:1:15). Give one value, or remove the key.")]
    [TestCase("- endpoints: [a:1]\n- name: b\n  endpoints: ['A:1']", "realms[1].endpoints[0]: 'a:1' is already claimed by realms[0].endpoints[0] (FILE:3:15). An address belongs to one realm: remove one of the two.")]
    [TestCase("- match: ['*x']", "realms[0].match[0]: '*x' is not a pattern: it is none of 'host:port', 'host', '*.suffix', '*', '10.8.0.0/16' and ':port' (FILE:1:11).")]
    [TestCase("- name: a", "realms[0]: claims no address (FILE:1:3). Add 'endpoints' or 'match'. Only a server can use a realm without, and that needs a 'name' and a 'cert_file'.")]
    [TestCase("- name: ''\n  endpoints: [a:1]", "realms[0].name: is empty (FILE:1:3). Give the realm a name, or remove the key.")]
    [TestCase("- name: \"a\\nb\"\n  endpoints: [a:1]", "realms[0].name: 'a\\nb' has a character that a log would obey (FILE:1:3). Use letters, digits and dashes.")]
    [TestCase("- endpoints: ['https://user:secret@a:1']", "realms[0].endpoints[0]: 'https://…@a:1' is not an address: it says more than a host and a port. Leave out user, path, query and fragment (FILE:1:15).")]
    [TestCase("- endpoints: ['10._tcp.example.com:443']", "realms[0].endpoints[0]: '10._tcp.example.com:443' is not an address: '10._tcp.example.com' is not a host name or an IP address. Look for stray characters (FILE:1:15).")]
    [TestCase("- name: a\n  endpoints: [a:1]\n- name: a\n  endpoints: [b:1]", "realms[1].name: 'a' is taken by realms[0] (FILE:3:3). Names identify realms in logs and metrics: choose another.")]
    [TestCase("- tls_config: { ca_file: \"a\\0b\" }\n  endpoints: [a:1]", "realms[0].tls_config.ca_file: realm 'realms[0]': 'FOLDER/a\\u0000b' cannot be read: Null character in path. (Parameter 'path') (FILE:1:17). Check that it is an ordinary file, and the disk it is on.")]
    [TestCase("- mode: Strict\n  endpoints: [a:1]", "realms[0].mode: 'Strict' is not a mode (FILE:1:3). Write 'strict', or remove the key.")]
    [TestCase("- [a]", "realms[0]: must be a group of keys, not a list (FILE:1:3). Known keys: name, match, tls_config, endpoints, endpoints_sd_files, mode, group, service_config, probe.")]
    [TestCase("realms: []", "realms: there are none. Without a realm no address can be dialled: add one.")]
    [TestCase("realms: {}", "realms: must be a list of realms (FILE:1:1). Begin each realm with '- name: …'.")]
    [TestCase("a:443", "FILE: must be a list of realms (FILE:1:1). Begin each realm with '- name: …'.")]
    [TestCase("[]", "realms: there are none. Without a realm no address can be dialled: add one.")]
    [TestCase("", "FILE: is empty, or is not an ordinary file. Check the path, and what writes the file.")]
    [TestCase("- name: a\n  name: b", "FILE: the key 'name' stands here a second time, after line 1 (FILE:2:3). Keep one of the two.")]
    [TestCase("- endpoints: [a:1]\n---\n- endpoints: [b:1]", "FILE: has more than one YAML document (FILE:2:1). Keep everything in one list.")]
    public void Rejects_with_place_and_fix(string yaml, string message)
    {
        var exception = Assert.Catch<OptionsValidationException>(() => Start(yaml));

        exception!.Failures.Should().ContainSingle().Which.Replace(_folder["realms.yaml"], "FILE", StringComparison.Ordinal)
            .Replace(_folder.Root, "FOLDER", StringComparison.Ordinal).Should().Be(message);
    }

    [Test]
    public void Reports_all_errors_at_once()
    {
        var exception = Assert.Catch<OptionsValidationException>(() => Start("""
            - nmae: a
              endpoints: [a]
            - tls_config: { cert_file: x }
              match: [/]
            """));

        exception!.Failures.Should().HaveCount(5);
        exception.Message.Should().StartWith("The EndpointMtls configuration has 5 errors:");
        exception.Message.Split('\n').Should().HaveCount(6);
    }

    [Test]
    public void Says_the_same_when_asked_again()
    {
        var services = new TestServices(s => s.AddEndpointMtls(_folder.Write("realms.yaml", "- name: a\n  tls_config: {}")));

        var first = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);
        var second = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);

        second!.Message.Should().Be(first!.Message);
    }

    [Test]
    public void Realms_of_several_sources_need_no_names()
    {
        var services = new TestServices(s => s
            .AddEndpointMtls(_folder.Write("realms.yaml", "- endpoints: [a:1]"))
            .AddEndpointMtls(_folder.Write("more.yaml", "- endpoints: [b:1]"))
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "c:1" } })));

        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");
        services.Factory.Describe("b:1").Realm.Should().Be("realms[1]");
        services.Factory.Describe("c:1").Realm.Should().Be("realms[2]");
    }

    [Test]
    public void Takes_a_relative_path_from_the_current_directory_and_those_in_the_file_from_its_folder()
    {
        _folder.Write("realms.yaml", "- tls_config: { ca_file: ca.crt }\n  endpoints: [a:1]");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder["realms.yaml"]);

        var options = new TestServices(services => services.AddEndpointMtls(relative)).Get<IOptions<EndpointMtlsOptions>>().Value;

        options.Realms.Single().TlsConfig!.CaFile.Should().Equal(_folder["ca.crt"]);
    }

    [Test]
    public void Refuses_a_version_that_code_made_up() =>
        Assert.Catch<OptionsValidationException>(() => _ = TestServices.With(new RealmOptions
        {
            Endpoints = { "a:1" },
            TlsConfig = new TlsOptions { CaFile = { "x" }, MinVersion = System.Security.Authentication.SslProtocols.None },
        }).Factory)!.Message.Should().Be("realms[0].tls_config.min_version: 'None' is not a TLS version we accept. Use Tls12 or Tls13.");

    [Test]
    public void Needs_no_logging()
    {
        using var services = new ServiceCollection().AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "a:1" } })).BuildServiceProvider();

        services.GetRequiredService<IEndpointChannelFactory>().Describe("a:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public void Refuses_what_code_left_empty()
    {
        var exception = Assert.Catch<OptionsValidationException>(() => _ = TestServices.With(
            null!, new RealmOptions { Endpoints = { null! } }, new RealmOptions { Match = { null! } }).Factory);

        exception!.Failures.Should().HaveCount(3);
    }

    [Test]
    public void Says_that_the_file_is_missing()
    {
        var exception = Assert.Catch<OptionsValidationException>(() => _ = Table(_folder["none.yaml"]));

        exception!.Message.Should().Be($"{_folder["none.yaml"]}: does not exist. Check the path.");
    }

    private EndpointMtlsOptions Read(string yaml)
    {
        var path = _folder.Write("realms.yaml", yaml);
        var services = new TestServices(s => s.AddEndpointMtls(path));
        return services.Get<IOptions<EndpointMtlsOptions>>().Value;
    }

    private void Start(string yaml) => _ = Table(_folder.Write("realms.yaml", yaml));

    private static IEndpointChannelFactory Table(string path) => new TestServices(services => services.AddEndpointMtls(path)).Factory;
}
