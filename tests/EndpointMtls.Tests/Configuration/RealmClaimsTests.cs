using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What realms must not claim, and what they claim in vain, word for word.</summary>
public sealed class RealmClaimsTests
{
    private const string Tls = "\n  tls_config: { ca_file: ca.crt }\n";

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("- endpoints: [a:1]\n- match: ['A.:1']", "realms[1].match[0]: 'a:1' is already claimed by realms[0].endpoints[0] (FILE:2:11). An address belongs to one realm: remove one of the two.")]
    [TestCase("- match: ['a:1']\n- endpoints: [b:1, a:1]", "realms[1].endpoints[1]: 'a:1' is already claimed by realms[0].match[0] (FILE:2:20). An address belongs to one realm: remove one of the two.")]
    [TestCase("- match: [b, '10.0.0.1:1']\n- match: ['[::ffff:10.0.0.1]:1']", "realms[1].match[0]: '10.0.0.1:1' is already claimed by realms[0].match[1] (FILE:2:11). An address belongs to one realm: remove one of the two.")]
    [TestCase("- match: ['*', 'a:1']\n- match: ['a:1']", "realms[1].match[0]: 'a:1' is already claimed by realms[0].match[1] (FILE:2:11). An address belongs to one realm: remove one of the two.")]
    [TestCase("- endpoints: ['unix:/run/a']\n- match: ['unix:///run/a']", "realms[1].match[0]: 'unix:/run/a' is already claimed by realms[0].endpoints[0] (FILE:2:11). An address belongs to one realm: remove one of the two.")]
    [TestCase("- endpoints: [a:1, 'dns:///a:1']", "realms[0].endpoints[1]: 'a:1' is already claimed by realms[0].endpoints[0] (FILE:1:20). An address belongs to one realm: remove one of the two.")]
    [TestCase("- endpoints: ['dns+a:1']\n- endpoints: ['dns+A.:1']", "realms[1].endpoints[0]: 'dns+a:1' is already claimed by realms[0].endpoints[0] (FILE:2:15). An address belongs to one realm: remove one of the two.")]
    [TestCase("- name: lan\n  endpoints: ['https://a:1']", "realms[0].endpoints[0]: 'https://a:1' asks for TLS, and realm 'lan' is plaintext: it has no 'tls_config' (FILE:2:15). Write 'a:1': whether TLS is used is the realm's decision.")]
    [TestCase("- name: eu" + Tls + "  endpoints: ['http://a:1']", "realms[0].endpoints[0]: 'http://a:1' asks for plaintext, and realm 'eu' has a 'tls_config' (FILE:3:15). Write 'a:1': whether TLS is used is the realm's decision.")]
    [TestCase("- endpoints: [b:1, 'dnssrv+a']\n  mode: strict", "realms[0].endpoints[1]: 'dnssrv+a' is a discovery address, and the realm is strict (FILE:1:20). Strict endpoints are always used, so they must be known: write 'host:port', or let it not be strict.")]
    [TestCase("- tls_config:\n  endpoints: ['https://a:1']", "realms[0].tls_config: has no value (FILE:1:3). Set 'ca_file', or remove 'tls_config' for plaintext.")]
    [TestCase("- endpoints: [[b], 'a:1']\n- endpoints: ['a:1']", "realms[0].endpoints[0]: must be a single value, not a list (FILE:1:15). Give one value, or remove the key.")]
    [TestCase("- match: [[b], 'a:1']\n- match: ['a:1']", "realms[0].match[0]: must be a single value, not a list (FILE:1:11). Give one value, or remove the key.")]
    [TestCase("- endpoints: ['dnsrv+a:1']", "realms[0].endpoints[0]: 'dnsrv+a:1' is not an address: 'dnsrv+' is not a discovery prefix; nearest: 'dnssrv+'. There are 'dns+', 'dnsdualstack+', 'dnssrv+', 'dnssrvnoa+' (FILE:1:15).")]
    public void Refuses_what_a_realm_cannot_have(string yaml, string message) =>
        Compile(yaml).Errors.Should().Equal(message);

    [TestCase("- match: ['*.example.com']\n- match: [b]\n- match: [c, '*.eu.example.com']", "realms[2].match[1]: '*.eu.example.com' can never match: 'realms[0].match[0]' ('*.example.com') claims all of it (FILE:3:14). Move it up, or remove it.")]
    [TestCase("- match: ['*.example.com', a.example.com]", "realms[0].match[1]: 'a.example.com' can never match: 'realms[0].match[0]' ('*.example.com') claims all of it (FILE:1:28). Remove it.")]
    [TestCase("- match: [a, A]", "realms[0].match[1]: 'A' can never match: 'realms[0].match[0]' ('a') claims all of it (FILE:1:14). Remove it.")]
    [TestCase("- match: ['a:1', 'a:1']", "realms[0].match[1]: 'a:1' can never match: 'realms[0].match[0]' ('a:1') claims all of it (FILE:1:18). Remove it.")]
    [TestCase("- endpoints: ['a:1']\n  match: ['a:1']", "realms[0].match[0]: 'a:1' can never match: 'realms[0].endpoints[0]' ('a:1') claims all of it (FILE:2:11). Remove it.")]
    [TestCase("- match: ['*']\n- match: ['a:1']", "realms[1].match[0]: 'a:1' can never match: 'realms[0].match[0]' ('*') claims all of it (FILE:2:11). Move it up, or remove it.")]
    [TestCase("- endpoints: [b:1, 'dns+a:1', 'dnssrv+a']", "realms[0].endpoints[1]: 'dns+a:1' is a discovery address, and nobody looks it up (FILE:1:20). Call AddEndpointSet(): the set that it registers does.")]
    public void Warns_of_what_has_no_effect(string yaml, string message)
    {
        var (errors, warnings) = Compile(yaml);

        errors.Should().BeEmpty();
        warnings.Should().Equal(message);
    }

    [TestCase("- endpoints: ['a:1']\n- match: [a]")]
    [TestCase("- match: ['a:1']\n- match: ['a:2', a]")]
    [TestCase("- match: ['10.8.0.0/16']\n- match: ['10.0.0.0/8']")]
    [TestCase("- match: ['*.eu.example.com']\n- match: ['*.example.com']\n- match: ['*']")]
    [TestCase("- endpoints: ['http://a:1', 'unix:/run/a']")]
    [TestCase("- endpoints: ['https://a:1', 'unix:/run/a']" + Tls)]
    public void Leaves_in_peace_what_is_in_order(string yaml)
    {
        var (errors, warnings) = Compile(yaml);

        errors.Should().BeEmpty();
        warnings.Should().BeEmpty();
    }

    [Test]
    public void Warns_of_nothing_in_a_realm_that_cannot_be_read()
    {
        var (errors, warnings) = Compile("- match: ['*']\n- match: ['*x', 'a:1']");

        errors.Should().ContainSingle();
        warnings.Should().BeEmpty();
    }

    [Test]
    public void Warns_of_nothing_that_is_refused()
    {
        var (errors, warnings) = Compile("- endpoints: ['a:1']\n- match: ['a:1']");

        errors.Should().ContainSingle();
        warnings.Should().BeEmpty();
    }

    [Test]
    public void A_realm_of_discovery_addresses_alone_claims_something()
    {
        var definition = new RealmCompiler(new ConfigurationErrors()).Compile(Read("- endpoints: ['dnssrv+_grpc._tcp.store', 'https://a:1']" + Tls)).Realms.Single();

        definition.Endpoints.Should().Equal(new EndpointAddress("a", 1));
        definition.Discovered.Should().Equal(new DiscoveryTarget("dnssrv+_grpc._tcp.store", DiscoveryKind.Srv, "_grpc._tcp.store", Port: null));
    }

    private (IEnumerable<string> Errors, IEnumerable<string> Warnings) Compile(string yaml)
    {
        var errors = new ConfigurationErrors();
        _ = new RealmCompiler(errors).Compile(Read(yaml));
        var failures = Assert.Catch<OptionsValidationException>(() =>
        {
            errors.Add("end", null, "reached");
            errors.ThrowIfAny();
        })!.Failures.SkipLast(1);
        return (failures.Select(Short).ToList(), errors.Warnings.Select(Short).ToList());
    }

    private EndpointMtlsOptions Read(string yaml) =>
        new TestServices(services => services.AddEndpointMtls(_folder.Write("realms.yaml", yaml))).Get<IOptions<EndpointMtlsOptions>>().Value;

    private string Short(string message) => message.Replace(_folder["realms.yaml"], "FILE", StringComparison.Ordinal);
}
