using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

public sealed class SectionTests
{
    [Test]
    public void Reads_keys_in_any_case_with_or_without_underscores()
    {
        var options = Read(new()
        {
            ["EndpointMtls:Realms:0:Name"] = "eu",
            ["EndpointMtls:Realms:0:TlsConfig:CertFile"] = "tls.crt",
            ["EndpointMtls:Realms:0:TLSCONFIG:KEY_FILE"] = "tls.key",
            ["EndpointMtls:Realms:0:tlsconfig:cafile"] = "ca.crt",
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
            ["EndpointMtls:Realms:0:Endpoints:1"] = "b:1",
            ["EndpointMtls:Realms:1:Match:0"] = "*",
            ["EndpointMtls:Realms:1:Mode"] = "strict",
        });

        options.Realms.Should().HaveCount(2);
        options.Realms[0].Name.Should().Be("eu");
        options.Realms[0].TlsConfig.Should().BeEquivalentTo(new TlsOptions { CertFile = "tls.crt", KeyFile = "tls.key", CaFile = { "ca.crt" } });
        options.Realms[0].Endpoints.Should().Equal("a:1", "b:1");
        options.Realms[1].Match.Should().Equal("*");
        options.Realms[1].Strict.Should().BeTrue();
    }

    [Test]
    public void Rejects_a_misspelt_key_by_its_path()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
            ["EndpointMtls:Realms:0:TlsConf:CaFile"] = "ca.crt",
        });

        failures.Should().Equal("realms[0].TlsConf: unknown key. Did you mean 'tls_config'?");
    }

    [Test]
    public void Rejects_a_key_that_is_spelt_in_two_ways()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
            ["EndpointMtls:Realms:0:TlsConfig:CaFile"] = "ca.crt",
            ["EndpointMtls:Realms:0:TLS_CONFIG:CaFile"] = "ca.crt",
        });

        failures.Should().Equal("realms[0].tls_config: is set twice, with and without underscores. Keep one spelling.");
    }

    [Test]
    public void Rejects_a_value_that_one_source_puts_over_the_list_of_another() => FailuresOf(new()
    {
        ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
        ["EndpointMtls:Realms:0:TlsConfig:CaFile"] = "/other.crt",
        ["EndpointMtls:Realms:0:TlsConfig:CaFile:0"] = "/ca.crt",
    }).Should().Equal("realms[0].tls_config.ca_file: must be a single value, not both one value and values beneath it. Give one value, or remove the key.");

    [Test]
    public void Rejects_a_root_key_that_is_spelt_in_two_ways() => FailuresOf(new()
    {
        ["EndpointMtls:DefaultClientConfig:TlsConfig:Enabled"] = "false",
        ["EndpointMtls:default_client_config:TlsConfig:CaFile"] = "/ca.crt",
        ["EndpointMtls:Endpoints:0:Address"] = "a:1",
    }).Should().ContainMatch("*: is set twice, with and without underscores. Keep one spelling.");

    [Test]
    public void Rejects_a_section_that_is_not_its_own()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:Logging:Level"] = "Debug",
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
        });

        failures.Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Logging: unknown key.").And.Contain("a section of its own");
    }

    [Test]
    public void Rejects_a_section_that_is_one_realm_by_the_keys_it_has() =>
        FailuresOf(new() { ["EndpointMtls:Name"] = "eu", ["EndpointMtls:Match:0"] = "*" }).Should().HaveCount(2)
            .And.OnlyContain(failure => failure.Contains(": unknown key. The section given to AddEndpointMtls holds 'Realms'"));

    [Test]
    public void Rejects_a_group_of_keys_that_has_no_value() =>
        FailuresOf(new() { ["EndpointMtls:Realms:0:Match:0"] = "*", ["EndpointMtls:Realms:0:TlsConfig"] = null })
            .Should().Equal("realms[0].tls_config: has no value. Set 'ca_file', or remove 'tls_config' for plaintext.");

    [Test]
    public void Rejects_a_section_that_does_not_exist() =>
        FailuresOf([]).Should().Equal("EndpointMtls: the section given to AddEndpointMtls has no 'Realms'. Check its name.");

    [Test]
    public void Rejects_a_missing_section_also_beside_other_errors()
    {
        var services = new TestServices(s => s
            .AddEndpointMtls("/no/such/file.yaml")
            .AddEndpointMtls(new ConfigurationBuilder().Build().GetSection("EndpointMtls")));

        Assert.Catch<OptionsValidationException>(() => _ = services.Factory)!.Failures.Should().HaveCount(2);
    }

    [Test]
    public void Rejects_realms_that_are_no_list() =>
        FailuresOf(new() { ["EndpointMtls:Realms:Name"] = "eu" }).Should().Equal("EndpointMtls:Realms: must be a list of realms. Number them, as in 'Realms:0:Name', or write a JSON array.");

    [Test]
    public void Reads_endpoints_as_Thanos_writes_them()
    {
        var options = Read(new()
        {
            ["EndpointMtls:DefaultClientConfig:TlsConfig:Enabled"] = "True",
            ["EndpointMtls:DefaultClientConfig:TlsConfig:CaFile"] = "ca.crt",
            ["EndpointMtls:Endpoints:0:Address"] = "a:1",
            ["EndpointMtls:ENDPOINTS:1:ADDRESS"] = "b:1",
            ["EndpointMtls:Endpoints:1:Strict"] = "TRUE",
            ["EndpointMtls:Endpoints:1:ClientConfig:server_name"] = "b",
        });

        options.Realms.Select(realm => realm.Name).Should().Equal("default", "b:1");
        options.Realms[1].TlsConfig.Should().BeEquivalentTo(new TlsOptions { CaFile = { "ca.crt" }, ServerName = "b" });
        options.Realms[1].Strict.Should().BeTrue();
    }

    [Test]
    public void Rejects_an_endpoint_of_Thanos_by_its_path() =>
        FailuresOf(new()
        {
            ["EndpointMtls:DefaultClientConfig:TlsConfig:MinVersion"] = "2",
            ["EndpointMtls:DefaultClientConfig:TlsConfig:CaFile"] = "ca.crt",
            ["EndpointMtls:Endpoints:0:Address"] = "a:1",
            ["EndpointMtls:Endpoints:0:ClientConfig:TlsConfig:ServerName"] = "b",
            ["EndpointMtls:Endpoints:1:Strict"] = "Yes",
        }).Should().Equal(
            "default_client_config.tls_config.min_version: '2' is not one of its values. Write \"1.2\" or \"1.3\".",
            "endpoints[0].client_config.tls_config.server_name: unknown key. It belongs beside 'tls_config'.",
            "endpoints[1].strict: 'Yes' is neither true nor false. Write true or false.");

    [Test]
    public void Reads_a_list_of_realms_that_is_the_whole_section() =>
        Read(new() { ["EndpointMtls:0:Match:0"] = "*", ["EndpointMtls:0:TlsConfig:Enabled"] = "False" }).Realms.Single().TlsConfig!.Enabled.Should().BeFalse();

    [Test]
    public void Rejects_a_weakening_that_is_no_truth_value() =>
        FailuresOf(new() { ["EndpointMtls:Realms:0:Match:0"] = "*", ["EndpointMtls:Realms:0:TlsConfig:InsecureSkipVerify"] = "yes", ["EndpointMtls:Realms:0:TlsConfig:CaFile"] = "ca.crt" })
            .Should().Equal("realms[0].tls_config.insecure_skip_verify: 'yes' is neither true nor false. Write true or false.");

    [Test]
    public void Rejects_realms_beside_endpoints() =>
        FailuresOf(new() { ["EndpointMtls:Realms:0:Match:0"] = "*", ["EndpointMtls:Endpoints:0:Address"] = "a:1" }).Should().ContainSingle()
            .Which.Should().StartWith("EndpointMtls:Endpoints: unknown key. The section given to AddEndpointMtls holds 'Realms', or what Thanos calls 'Endpoints' and 'DefaultClientConfig', perhaps a 'Server', and nothing else: pass");

    [Test]
    public void Realms_of_several_sources_form_one_list_in_the_order_they_were_added()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Realms:0:Name", "second"), new("Realms:0:Match:0", "*")]).Build();
        var services = new TestServices(s => s
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "first", Match = { "a" } }))
            .AddEndpointMtls(section));

        services.Factory.Describe("a:1").Realm.Should().Be("first");
        services.Factory.Describe("b:1").Realm.Should().Be("second");
    }

    [Test]
    public void A_section_that_changes_is_taken_over()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("EndpointMtls:Realms:0:Endpoints:0", "a:1")]).Build();
        var services = new TestServices(services => services.AddEndpointMtls(configuration.GetSection("EndpointMtls")));
        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");

        configuration["EndpointMtls:Realms:0:Endpoints:0"] = "b:1";
        configuration.Reload();

        services.Factory.Describe("b:1").Realm.Should().Be("realms[0]");
        Assert.Throws<NoMatchingRealmException>(() => services.Factory.Describe("a:1"));
    }

    private static TestServices Create(Dictionary<string, string?> values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new TestServices(services => services.AddEndpointMtls(configuration.GetSection("EndpointMtls")));
    }

    private static EndpointMtlsOptions Read(Dictionary<string, string?> values) =>
        Create(values).Get<IOptions<EndpointMtlsOptions>>().Value;

    private static IEnumerable<string> FailuresOf(Dictionary<string, string?> values) =>
        Assert.Catch<OptionsValidationException>(() => _ = Create(values).Factory)!.Failures;
}
