using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Rejects invalid values in a <c>tls_config</c>, from every source.</summary>
public sealed class TlsConfigErrorTests
{
    [TestCase("check_interval: 999ms", "OutOfRange realms[0].tls_config.check_interval 4:5")]
    [TestCase("check_interval: 0", "OutOfRange realms[0].tls_config.check_interval 4:5")]
    [TestCase("check_interval: 1h1s", "OutOfRange realms[0].tls_config.check_interval 4:5")]
    [TestCase("rotation_jitter: 61m", "OutOfRange realms[0].tls_config.rotation_jitter 4:5")]
    [TestCase("drain_timeout: 25h", "OutOfRange realms[0].tls_config.drain_timeout 4:5")]
    [TestCase("ca_overlap: 31d", "OutOfRange realms[0].tls_config.ca_overlap 4:5")]
    [TestCase("check_interval: 10", "InvalidValue realms[0].tls_config.check_interval 4:5")]
    [TestCase("rotation_jitter: -5s", "InvalidValue realms[0].tls_config.rotation_jitter 4:5")]
    [TestCase("drain_timeout: ''", "InvalidValue realms[0].tls_config.drain_timeout 4:5")]
    [TestCase("ca_overlap: 24:00:00", "InvalidValue realms[0].tls_config.ca_overlap 4:5")]
    [TestCase("ca_overlap: [1h]", "WrongType realms[0].tls_config.ca_overlap 4:5")]
    [TestCase("on_trust_removed: Close", "InvalidValue realms[0].tls_config.on_trust_removed 4:5")]
    [TestCase("on_expired: 1", "InvalidValue realms[0].tls_config.on_expired 4:5")]
    [TestCase("min_version: 1.0", "InvalidValue realms[0].tls_config.min_version 4:5")]
    [TestCase("max_version: 1.2", "Conflict realms[0].tls_config.max_version 4:5")]
    [TestCase("key_password_file: x", "Conflict realms[0].tls_config.key_password_file 4:5")]
    [TestCase("key_password_file: ''\n    cert_file: x\n    key_file: x", "InvalidValue realms[0].tls_config.key_password_file 4:5")]
    [TestCase("cert_file: \"a\\0b\"\n    key_file: x", "InvalidValue realms[0].tls_config.cert_file 4:5")]
    [TestCase("rotation_jiter: 1s", "UnknownKey realms[0].tls_config.rotation_jiter 4:5")]
    [TestCase("ca: ca.crt", "UnknownKey realms[0].tls_config.ca 4:5")]
    [TestCase("cert: tls.crt", "UnknownKey realms[0].tls_config.cert 4:5")]
    [TestCase("key: tls.key", "UnknownKey realms[0].tls_config.key 4:5")]
    [TestCase("insecure: true", "UnknownKey realms[0].tls_config.insecure 4:5")]
    public void Rejects_a_key_with_place_and_fix(string keys, string error) =>
        TestDocuments.ErrorsOf($"- match: ['*']\n  tls_config:\n    ca_file: ca.crt\n    {keys}").ShouldBe(error);

    [TestCase("[]", "Required realms[0].tls_config.ca_file 2:17")]
    [TestCase("['']", "InvalidValue realms[0].tls_config.ca_file 2:17")]
    [TestCase("[ca.crt, '']", "InvalidValue realms[0].tls_config.ca_file[1] 2:35")]
    [TestCase("[ca.crt, [x]]", "WrongType realms[0].tls_config.ca_file[1] 2:35")]
    [TestCase("{ a: b }", "WrongType realms[0].tls_config.ca_file 2:17")]
    public void Rejects_a_CA_file_with_place_and_fix(string caFile, string error) =>
        TestDocuments.ErrorsOf($"- match: ['*']\n  tls_config: {{ ca_file: {caFile} }}").ShouldBe(error);

    [Test]
    public void An_unknown_key_is_not_also_a_conflict_with_plaintext() =>
        TestDocuments.ErrorsOf("- match: ['*']\n  tls_config: { enabled: false, insecure: true }").ShouldBe("UnknownKey realms[0].tls_config.insecure 2:33");

    [Test]
    public void Rejects_keys_of_a_section()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Realms:0:Match:0", "*"), new("Realms:0:TlsConfig:CaFile:0", "ca.crt"), new("Realms:0:TlsConfig:CaFile:1", ""),
            new("Realms:0:TlsConfig:DrainTimeout", "5"), new("Realms:0:TlsConfig:OnExpired", "never"),
        ]).Build();

        FailuresOf(services => services.AddEndpointMtls(section)).Order().Should().BeApproved();
    }

    [Test]
    public void Rejects_values_from_code() => FailuresOf(services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions
    {
        Match = { "*" },
        TlsConfig = new TlsOptions
        {
            CaFile = { null! },
            CheckInterval = Timeout.InfiniteTimeSpan,
            RotationJitter = TimeSpan.FromSeconds(-1),
            DrainTimeout = TimeSpan.MaxValue,
            CaOverlap = TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1),
            OnTrustRemoved = (TrustRemovedAction)7,
            OnExpired = (ExpiredAction)(-1),
            OnIdentityRejected = (IdentityRejectedAction)2,
        },
    }))).Should().BeApproved();

    private static IEnumerable<string> FailuresOf(Action<IServiceCollection> add) =>
        Assert.Catch<OptionsValidationException>(() => _ = new TestServices(add).Factory)!.Failures;
}
