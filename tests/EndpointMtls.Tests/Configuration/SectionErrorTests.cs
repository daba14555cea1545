using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>The errors of a section: each names the key and the numbers that the section has.</summary>
public sealed class SectionErrorTests
{
    [TestCase("Realms:0:Endpoints:0=a:1|Realms:5:Endpoints:3=b", "Realms:5:Endpoints:3")]
    [TestCase("Realms:2:Endpoints:0=a:1|Realms:2:TlsConfig:MinVersion=1.3", "Realms:2:TlsConfig:CaFile")]
    [TestCase("Realms:2:Endpoints:0=a:1|Realms:7:Endpoints:4=a:1", "Realms:7:Endpoints:4")]
    [TestCase("Realms:2:Endpoints:0=${A}:1", "Realms:2:Endpoints:0")]
    [TestCase("Realms:3:EndpointsSdFiles:2:RefreshInterval=5m", "Realms:3:EndpointsSdFiles:2:Files")]
    [TestCase("Server:CertFile=a.crt", "Server:KeyFile")]
    [TestCase("Endpoints:3:Strict=true", "Endpoints:3:Address")]
    [TestCase("Endpoints:3:Address=a:1|Endpoints:3:ClientConfig:TlsConfig:ServerName=", "Endpoints:3:ClientConfig:TlsConfig:ServerName")]
    [TestCase("Endpoints:3:Address=a:1|DefaultClientConfig:TlsConfig:KeyFile=a", "DefaultClientConfig:TlsConfig:CaFile", "DefaultClientConfig:TlsConfig:CertFile")]
    [TestCase("Endpoints:3:Address=a:1|DefaultClientConfig:TlsConfig:MinVersion=1.3", "DefaultClientConfig:TlsConfig:MinVersion")]
    [TestCase("Realms=eu", "Realms")]
    [TestCase("Realms=[{}]", "Realms")]
    [TestCase("Realms:eu:Endpoints:0=a:1", "Realms")]
    [TestCase("Realms:0:Endpoints=a:1", "Realms:0:Endpoints")]
    [TestCase("Realms:0:Endpoints=a:1|Realms:0:Endpoints:0=a:1", "Realms:0:Endpoints")]
    [TestCase("Realms:1:Endpoints:0=a:1|Realms:1:TlsConfig:CaFile:0=a|Realms:1:TlsConfig:CaFile:x=a", "Realms:1:TlsConfig:CaFile")]
    [TestCase("Realms:4:EndpointsSdFiles:2=a.yaml", "Realms:4:EndpointsSdFiles:2")]
    [TestCase("Realms:4:Endpoints:0=a:1|Realms:4:ServiceConfig:a=1", "Realms:4:ServiceConfig")]
    [TestCase("Endpoints=a:1", "Endpoints")]
    [TestCase("Endpoints:0=a:1", "Endpoints:0")]
    public void Names_the_key_of_the_section_and_a_fix(string values, params string[] keys)
    {
        var failures = FailuresOf(values);

        failures.Select(failure => failure.Split(": ")[0]).Should().Equal(keys.Select(key => $"EndpointMtls:{key}"));
        failures.Should().BeApproved();
    }

    [Test]
    public void An_empty_list_of_files_is_no_error()
    {
        var services = Create("Realms:0:Endpoints:0=a:1|Realms:0:EndpointsSdFiles:0:Files=");

        services.Factory.Describe("a:1").Realm.Should().Be("realms[0]");
    }

    private static TestServices Create(string values)
    {
        var pairs = values.Split('|').Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => $"EndpointMtls:{pair[0]}", pair => (string?)pair[1]);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(pairs).Build();
        return new TestServices(services => services.AddEndpointMtls(configuration.GetSection("EndpointMtls")));
    }

    private static List<string> FailuresOf(string values) =>
        [.. Assert.Catch<OptionsValidationException>(() => _ = Create(values).Factory)!.Failures];
}
