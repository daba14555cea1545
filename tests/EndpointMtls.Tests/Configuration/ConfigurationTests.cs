using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads a YAML file through the public API, and reports its errors.</summary>
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

    [TestCase("- nmae: a\n  endpoints: [a:1]")]
    [TestCase("- tls_conf: {}\n  endpoints: [a:1]")]
    [TestCase("- targets: [a:1]\n  endpoints: [a:1]")]
    [TestCase("- tls_config: { ca_fiel: x, ca_file: y }\n  endpoints: [a:1]")]
    [TestCase("- tls_config:\n  endpoints: [a:1]")]
    [TestCase("- tls_config: yes\n  endpoints: [a:1]")]
    [TestCase("- tls_config: {}\n  endpoints: [a:1]")]
    [TestCase("- tls_config: { ca_file: '' }\n  endpoints: [a:1]")]
    [TestCase("- tls_config: { ca_file: x, cert_file: '', key_file: y }\n  endpoints: [a:1]")]
    [TestCase("- tls_config: { ca_file: x, cert_file: y, key_file: '' }\n  endpoints: [a:1]")]
    [TestCase("- tls_config:\n    ca_file: x\n    cert_file: y\n  endpoints: [a:1]")]
    [TestCase("- tls_config:\n    ca_file: x\n    key_file: y\n  endpoints: [a:1]")]
    [TestCase("- tls_config: { ca_file: x, min_version: 1.1 }\n  endpoints: [a:1]")]
    [TestCase("- tls_config: { ca_file: x, server_name: 'a b' }\n  endpoints: [a:1]")]
    [TestCase("- endpoints: [a]")]
    [TestCase("- endpoints: a:1")]
    [TestCase("- endpoints: [[a:1]]\n  match: [b]")]
    [TestCase("- endpoints: [a:1]\n- name: b\n  endpoints: ['A:1']")]
    [TestCase("- match: ['*x']")]
    [TestCase("- name: a")]
    [TestCase("- name: ''\n  endpoints: [a:1]")]
    [TestCase("- name: \"a\\nb\"\n  endpoints: [a:1]")]
    [TestCase("- endpoints: ['https://user:secret@a:1']")]
    [TestCase("- endpoints: ['10._tcp.example.com:443']")]
    [TestCase("- name: a\n  endpoints: [a:1]\n- name: a\n  endpoints: [b:1]")]
    [TestCase("- tls_config: { ca_file: \"a\\0b\" }\n  endpoints: [a:1]")]
    [TestCase("- mode: Strict\n  endpoints: [a:1]")]
    [TestCase("- [a]")]
    [TestCase("realms: []")]
    [TestCase("realms: {}")]
    [TestCase("a:443")]
    [TestCase("[]")]
    [TestCase("")]
    [TestCase("- name: a\n  name: b")]
    [TestCase("- endpoints: [a:1]\n---\n- endpoints: [b:1]")]
    public void Rejects_with_place_and_fix(string yaml)
    {
        var exception = Assert.Catch<OptionsValidationException>(() => Start(yaml));

        exception!.Failures.Should().ContainSingle().Which.Should().BeApproved();
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
    public void Reports_the_same_errors_when_resolved_again()
    {
        var services = new TestServices(s => s.AddEndpointMtls(_folder.Write("realms.yaml", "- name: a\n  tls_config: {}")));

        var first = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);
        var second = Assert.Catch<OptionsValidationException>(() => _ = services.Factory);

        second!.Message.Should().Be(first!.Message);
    }

    [Test]
    public void Numbers_realms_without_names_across_sources()
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
    public void Resolves_paths_in_a_file_against_the_folder_of_the_file()
    {
        _folder.Write("realms.yaml", "- tls_config: { ca_file: ca.crt }\n  endpoints: [a:1]");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder["realms.yaml"]);

        var options = new TestServices(services => services.AddEndpointMtls(relative)).Get<IOptions<EndpointMtlsOptions>>().Value;

        options.Realms.Single().TlsConfig!.CaFile.Should().Equal(_folder["ca.crt"]);
    }

    [Test]
    public void Rejects_an_unknown_TLS_version_from_code() =>
        Assert.Catch<OptionsValidationException>(() => _ = TestServices.With(new RealmOptions
        {
            Endpoints = { "a:1" },
            TlsConfig = new TlsOptions { CaFile = { "x" }, MinVersion = System.Security.Authentication.SslProtocols.None },
        }).Factory)!.Message.Should().BeApproved();

    [Test]
    public void Works_without_logging()
    {
        using var services = new ServiceCollection().AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Endpoints = { "a:1" } })).BuildServiceProvider();

        services.GetRequiredService<IEndpointChannelFactory>().Describe("a:1").Realm.Should().Be("realms[0]");
    }

    [Test]
    public void Rejects_null_values_from_code()
    {
        var exception = Assert.Catch<OptionsValidationException>(() => _ = TestServices.With(
            null!, new RealmOptions { Endpoints = { null! } }, new RealmOptions { Match = { null! } }).Factory);

        exception!.Failures.Should().HaveCount(3);
    }

    [Test]
    public void Rejects_a_missing_file()
    {
        var exception = Assert.Catch<OptionsValidationException>(() => _ = Table(_folder["none.yaml"]));

        exception!.Message.Should().BeApproved();
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
