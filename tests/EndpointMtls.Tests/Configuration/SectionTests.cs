using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads realms and a server from a configuration section.</summary>
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
    public void Rejects_a_misspelled_key_by_its_path()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
            ["EndpointMtls:Realms:0:TlsConf:CaFile"] = "ca.crt",
        });

        failures.Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Realms:0:TlsConf: ").And.BeApproved();
    }

    [Test]
    public void Rejects_a_key_with_two_spellings()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
            ["EndpointMtls:Realms:0:TlsConfig:CaFile"] = "ca.crt",
            ["EndpointMtls:Realms:0:TLS_CONFIG:CaFile"] = "ca.crt",
        });

        failures.Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Realms:0:TLS_CONFIG: ").And.BeApproved();
    }

    [Test]
    public void Rejects_a_value_in_one_source_and_a_list_in_another() => FailuresOf(new()
    {
        ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
        ["EndpointMtls:Realms:0:TlsConfig:CaFile"] = "/other.crt",
        ["EndpointMtls:Realms:0:TlsConfig:CaFile:0"] = "/ca.crt",
    }).Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Realms:0:TlsConfig:CaFile: ").And.BeApproved();

    [Test]
    public void Rejects_a_top_level_key_with_two_spellings()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:DefaultClientConfig:TlsConfig:Enabled"] = "false",
            ["EndpointMtls:default_client_config:TlsConfig:CaFile"] = "/ca.crt",
            ["EndpointMtls:Endpoints:0:Address"] = "a:1",
        });

        failures.Should().ContainMatch("EndpointMtls:*: is set twice*");
        failures.Should().BeApproved();
    }

    [Test]
    public void Rejects_a_section_with_other_keys()
    {
        var failures = FailuresOf(new()
        {
            ["EndpointMtls:Logging:Level"] = "Debug",
            ["EndpointMtls:Realms:0:Endpoints:0"] = "a:1",
        });

        failures.Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Logging: unknown key.").And.BeApproved();
    }

    [Test]
    public void Rejects_each_key_of_a_section_that_is_a_single_realm()
    {
        var failures = FailuresOf(new() { ["EndpointMtls:Name"] = "eu", ["EndpointMtls:Match:0"] = "*" });

        failures.Should().HaveCount(2).And.OnlyContain(failure => failure.Contains(": unknown key. "));
        failures.Should().BeApproved();
    }

    [Test]
    public void Rejects_a_tls_config_without_a_value() =>
        FailuresOf(new() { ["EndpointMtls:Realms:0:Match:0"] = "*", ["EndpointMtls:Realms:0:TlsConfig"] = null })
            .Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Realms:0:TlsConfig: ").And.BeApproved();

    [Test]
    public void Rejects_a_missing_section() =>
        FailuresOf([]).Should().ContainSingle().Which.Should().StartWith("EndpointMtls: ").And.BeApproved();

    [Test]
    public void Reports_a_missing_section_together_with_other_errors()
    {
        var services = new TestServices(s => s
            .AddEndpointMtls("/no/such/file.yaml")
            .AddEndpointMtls(new ConfigurationBuilder().Build().GetSection("EndpointMtls")));

        Assert.Catch<OptionsValidationException>(() => _ = services.Factory)!.Failures.Should().HaveCount(2);
    }

    [Test]
    public void Rejects_realms_that_are_not_a_list() =>
        FailuresOf(new() { ["EndpointMtls:Realms:Name"] = "eu" })
            .Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Realms: ").And.BeApproved();

    [Test]
    public void Reads_the_Thanos_format()
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
    public void Rejects_settings_in_the_Thanos_format_by_their_paths() =>
        FailuresOf(new()
        {
            ["EndpointMtls:DefaultClientConfig:TlsConfig:MinVersion"] = "2",
            ["EndpointMtls:DefaultClientConfig:TlsConfig:CaFile"] = "ca.crt",
            ["EndpointMtls:Endpoints:0:Address"] = "a:1",
            ["EndpointMtls:Endpoints:0:ClientConfig:TlsConfig:ServerName"] = "b",
            ["EndpointMtls:Endpoints:1:Strict"] = "Yes",
        }).Should().SatisfyRespectively(
            first => first.Should().StartWith("EndpointMtls:DefaultClientConfig:TlsConfig:MinVersion: '2' ").And.BeApproved(),
            second => second.Should().StartWith("EndpointMtls:Endpoints:0:ClientConfig:TlsConfig:ServerName: unknown key.").And.BeApproved(),
            third => third.Should().StartWith("EndpointMtls:Endpoints:1:Strict: 'Yes' ").And.BeApproved());

    [Test]
    public void Reads_a_section_that_is_itself_a_list_of_realms() =>
        Read(new() { ["EndpointMtls:0:Match:0"] = "*", ["EndpointMtls:0:TlsConfig:Enabled"] = "False" }).Realms.Single().TlsConfig!.Enabled.Should().BeFalse();

    [Test]
    public void Rejects_a_boolean_that_is_neither_true_nor_false() =>
        FailuresOf(new() { ["EndpointMtls:Realms:0:Match:0"] = "*", ["EndpointMtls:Realms:0:TlsConfig:InsecureSkipVerify"] = "yes", ["EndpointMtls:Realms:0:TlsConfig:CaFile"] = "ca.crt" })
            .Should().ContainSingle().Which.Should().StartWith("EndpointMtls:Realms:0:TlsConfig:InsecureSkipVerify: 'yes' ").And.BeApproved();

    [Test]
    public void Rejects_realms_together_with_Thanos_endpoints() =>
        FailuresOf(new() { ["EndpointMtls:Realms:0:Match:0"] = "*", ["EndpointMtls:Endpoints:0:Address"] = "a:1" }).Should().ContainSingle()
            .Which.Should().StartWith("EndpointMtls:Endpoints: unknown key.").And.BeApproved();

    [Test]
    public void Appends_the_realms_of_sources_in_the_order_of_their_registration()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Realms:0:Name", "second"), new("Realms:0:Match:0", "*")]).Build();
        var services = new TestServices(s => s
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "first", Match = { "a" } }))
            .AddEndpointMtls(section));

        services.Factory.Describe("a:1").Realm.Should().Be("first");
        services.Factory.Describe("b:1").Realm.Should().Be("second");
    }

    [Test]
    public void Applies_a_changed_section()
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
