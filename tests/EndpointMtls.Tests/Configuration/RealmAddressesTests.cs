using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects addresses that a realm cannot have, and warns of patterns that never match.</summary>
public sealed class RealmAddressesTests
{
    private const string Tls = "\n  tls_config: { ca_file: ca.crt }\n";

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("- endpoints: [a:1]\n- match: ['A.:1']", "Duplicate realms[1].match[0] 2:11")]
    [TestCase("- match: ['a:1']\n- endpoints: [b:1, a:1]", "Duplicate realms[1].endpoints[1] 2:20")]
    [TestCase("- match: [b, '10.0.0.1:1']\n- match: ['[::ffff:10.0.0.1]:1']", "Duplicate realms[1].match[0] 2:11")]
    [TestCase("- match: ['*', 'a:1']\n- match: ['a:1']", "Duplicate realms[1].match[0] 2:11")]
    [TestCase("- endpoints: ['unix:/run/a']\n- match: ['unix:///run/a']", "Duplicate realms[1].match[0] 2:11")]
    [TestCase("- endpoints: [a:1, 'dns:///a:1']", "Duplicate realms[0].endpoints[1] 1:20")]
    [TestCase("- endpoints: ['dns+a:1']\n- endpoints: ['dns+A.:1']", "Duplicate realms[1].endpoints[0] 2:15")]
    [TestCase("- name: lan\n  endpoints: ['https://a:1']", "Conflict realms[0].endpoints[0] 2:15")]
    [TestCase("- name: eu" + Tls + "  endpoints: ['http://a:1']", "Conflict realms[0].endpoints[0] 3:15")]
    [TestCase("- endpoints: [b:1, 'dnssrv+a']\n  mode: strict", "Conflict realms[0].endpoints[1] 1:20")]
    [TestCase("- tls_config:\n  endpoints: ['https://a:1']", "InvalidValue realms[0].tls_config 1:3")]
    [TestCase("- endpoints: [[b], 'a:1']\n- endpoints: ['a:1']", "WrongType realms[0].endpoints[0] 1:15")]
    [TestCase("- match: [[b], 'a:1']\n- match: ['a:1']", "WrongType realms[0].match[0] 1:11")]
    [TestCase("- endpoints: ['dnsrv+a:1']", "InvalidValue realms[0].endpoints[0] 1:15")]
    public void Rejects_addresses_that_a_realm_cannot_have(string yaml, params string[] errors) => Compile(yaml).Errors.ShouldBe(errors);

    [TestCase("- match: ['*.example.com']\n- match: [b]\n- match: [c, '*.eu.example.com']", "NoEffect realms[2].match[1] 3:14")]
    [TestCase("- match: ['*.example.com', a.example.com]", "NoEffect realms[0].match[1] 1:28")]
    [TestCase("- match: [a, A]", "NoEffect realms[0].match[1] 1:14")]
    [TestCase("- match: ['a:1', 'a:1']", "NoEffect realms[0].match[1] 1:18")]
    [TestCase("- endpoints: ['a:1']\n  match: ['a:1']", "NoEffect realms[0].match[0] 2:11")]
    [TestCase("- match: ['*']\n- match: ['a:1']", "NoEffect realms[1].match[0] 2:11")]
    [TestCase("- endpoints: [b:1, 'dns+a:1', 'dnssrv+a']", "NoEffect realms[0].endpoints[1] 1:20")]
    public void Warns_of_addresses_without_effect(string yaml, params string[] expected)
    {
        var (errors, warnings) = Compile(yaml);

        errors.Should().BeEmpty();
        warnings.ShouldBe(expected);
    }

    [TestCase("- endpoints: ['a:1']\n- match: [a]")]
    [TestCase("- match: ['a:1']\n- match: ['a:2', a]")]
    [TestCase("- match: ['10.8.0.0/16']\n- match: ['10.0.0.0/8']")]
    [TestCase("- match: ['*.eu.example.com']\n- match: ['*.example.com']\n- match: ['*']")]
    [TestCase("- endpoints: ['http://a:1', 'unix:/run/a']")]
    [TestCase("- endpoints: ['https://a:1', 'unix:/run/a']" + Tls)]
    public void Accepts_without_warnings(string yaml)
    {
        var (errors, warnings) = Compile(yaml);

        errors.Should().BeEmpty();
        warnings.Should().BeEmpty();
    }

    [Test]
    public void Does_not_warn_about_a_realm_with_errors()
    {
        var (errors, warnings) = Compile("- match: ['*']\n- match: ['*x', 'a:1']");

        errors.Should().ContainSingle();
        warnings.Should().BeEmpty();
    }

    [Test]
    public void Does_not_warn_about_a_rejected_pattern()
    {
        var (errors, warnings) = Compile("- endpoints: ['a:1']\n- match: ['a:1']");

        errors.Should().ContainSingle();
        warnings.Should().BeEmpty();
    }

    [Test]
    public void Accepts_a_realm_that_has_discovery_addresses()
    {
        var definition = new RealmCompiler(new ConfigurationErrors()).Compile(Read("- endpoints: ['dnssrv+_grpc._tcp.store', 'https://a:1']" + Tls)).Realms.Single();

        definition.Endpoints.Should().Equal(new EndpointAddress("a", 1));
        definition.Discovered.Should().Equal(new DiscoveryTarget("dnssrv+_grpc._tcp.store", DiscoveryKind.Srv, "_grpc._tcp.store", Port: null));
    }

    private (IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationError> Warnings) Compile(string yaml)
    {
        var errors = new ConfigurationErrors();
        _ = new RealmCompiler(errors).Compile(Read(yaml));
        return (errors.Errors, errors.Warnings);
    }

    private EndpointMtlsOptions Read(string yaml) =>
        new TestServices(services => services.AddEndpointMtls(_folder.Write("realms.yaml", yaml))).Get<IOptions<EndpointMtlsOptions>>().Value;
}
