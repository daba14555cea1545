using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Documents;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Reads the example of Thanos' proposal for per-endpoint TLS, with values and without.</summary>
public sealed class ProposalTests
{
    private const string Blank = """
        - tls_config:
            cert_file: ""
            key_file: ""
            ca_file: ""
            server_name: ""
          endpoints: []
          endpoints_sd_files:
            - files: []
          mode: ""
        """;

    private const string FilledIn = """
        - tls_config:
            cert_file: client.crt
            key_file: client.key
            ca_file: ca.crt
            server_name: ""
          endpoints: ["store-1.example.com:443", "store-2.example.com:443"]
          endpoints_sd_files:
            - files: [targets/*.yaml]
              refresh_interval: 1m
          mode: ""
        - endpoints: [sidecar-0:10901]
          endpoints_sd_files:
            - files: []
          mode: strict
        """;

    [Test]
    public void Reads_the_example_of_the_proposal()
    {
        var realms = TestDocuments.Read(FilledIn);

        realms[0].Tls.Should().BeEquivalentTo(new { CertFile = "/etc/client.crt", KeyFile = "/etc/client.key", ServerName = (string?)null });
        realms[0].Tls!.CaFiles.Should().Equal("/etc/ca.crt");
        realms[0].SdFiles.Single().Should().BeEquivalentTo(new { Files = new List<string> { "/etc/targets/*.yaml" }, RefreshInterval = TimeSpan.FromMinutes(1) });
        realms[0].IsStrict.Should().BeFalse();
        realms[1].Tls.Should().BeNull("no tls_config means plaintext");
        realms[1].IsStrict.Should().BeTrue();
        realms[1].SdFiles.Should().BeEmpty("an entry without files is as none");
    }

    [Test]
    public void Warns_of_files_without_an_endpoint_set() => TestDocuments.WarningsOf(FilledIn).ShouldBe(
        "NoEffect realms[0].endpoints_sd_files 7:3", "NoEffect realms[1].endpoints_sd_files[0].files 13:7");

    [Test]
    public void Accepts_a_realm_that_has_only_files() =>
        TestDocuments.Read("- endpoints_sd_files: [{ files: [a.json, B.YML, 'c/*.yaml'] }]").Single().SdFiles.Single().RefreshInterval.Should().Be(TimeSpan.FromMinutes(5));

    [Test]
    public void Rejects_the_example_without_values() => TestDocuments.ErrorsOf(Blank).ShouldBe(
            "Required realms[0] 1:3",
            "InvalidValue realms[0].tls_config.cert_file 2:5",
            "InvalidValue realms[0].tls_config.key_file 3:5",
            "InvalidValue realms[0].tls_config.ca_file 4:5");

    [Test]
    public void Rejects_the_same_mistakes_in_code()
    {
        var options = new EndpointMtlsOptions();
        options.Realms.Add(new RealmOptions
        {
            Endpoints = { "a:1" },
            TlsConfig = new TlsOptions { Enabled = false, CaFile = { "/ca.crt" }, UseSystemRoots = true, CheckInterval = TimeSpan.FromSeconds(1) },
            ServiceConfig = "{}",
        });
        options.Realms.Add(new RealmOptions
        {
            EndpointsSdFiles = { new FileSdOptions(), null!, new FileSdOptions { Files = { "a.txt", null! }, RefreshInterval = TimeSpan.Zero } },
            TlsConfig = new TlsOptions { InsecureSkipVerify = true, UseSystemRoots = true },
            Strict = true,
        });
        var errors = new ConfigurationErrors();

        new RealmCompiler(errors).Compile(options);

        errors.Errors.ShouldBe(
            "Conflict realms[0].tls_config.ca_file",
            "Conflict realms[0].tls_config.use_system_roots",
            "Conflict realms[0].tls_config.check_interval",
            "Conflict realms[0].service_config",
            "Conflict realms[1].tls_config.insecure_skip_verify",
            "Conflict realms[1].endpoints_sd_files",
            "InvalidValue realms[1].endpoints_sd_files[1]",
            "InvalidValue realms[1].endpoints_sd_files[2].files[0]",
            "InvalidValue realms[1].endpoints_sd_files[2].files[1]",
            "OutOfRange realms[1].endpoints_sd_files[2].refresh_interval");
    }
}
