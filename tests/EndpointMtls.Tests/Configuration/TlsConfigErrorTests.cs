using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What is wrong in a <c>tls_config</c>, word for word.</summary>
public sealed class TlsConfigErrorTests
{
    private const string NotADuration = "Write a number with its unit, such as '30s', '5m' or '1h30m'.";

    [TestCase("check_interval: 999ms", "check_interval: 999ms is out of range (FILE:4:5). From 1s to 1h.")]
    [TestCase("check_interval: 0", "check_interval: 0s is out of range (FILE:4:5). From 1s to 1h.")]
    [TestCase("check_interval: 1h1s", "check_interval: 3601s is out of range (FILE:4:5). From 1s to 1h.")]
    [TestCase("swap_jitter: 61m", "swap_jitter: 61m is out of range (FILE:4:5). From 0s to 1h.")]
    [TestCase("drain_timeout: 25h", "drain_timeout: 25h is out of range (FILE:4:5). From 0s to 24h.")]
    [TestCase("ca_overlap: 31d", "ca_overlap: 744h is out of range (FILE:4:5). From 0s to 720h.")]
    [TestCase("check_interval: 10", $"check_interval: '10' is not a duration (FILE:4:5). {NotADuration}")]
    [TestCase("swap_jitter: -5s", $"swap_jitter: '-5s' is not a duration (FILE:4:5). {NotADuration}")]
    [TestCase("drain_timeout: ''", $"drain_timeout: '' is not a duration (FILE:4:5). {NotADuration}")]
    [TestCase("ca_overlap: 24:00:00", $"ca_overlap: '24:00:00' is not a duration (FILE:4:5). {NotADuration}")]
    [TestCase("ca_overlap: [1h]", "ca_overlap: must be a single value, not a list (FILE:4:5). Give one value, or remove the key.")]
    [TestCase("on_trust_removed: Close", "on_trust_removed: 'Close' is not one of its values (FILE:4:5). Write \"drain\" or \"close\".")]
    [TestCase("on_expired: 1", "on_expired: '1' is not one of its values (FILE:4:5). Write \"serve\" or \"fail\".")]
    [TestCase("min_version: 1.0", "min_version: '1.0' is too old: TLS 1.0 and 1.1 are broken (FILE:4:5). Write \"1.2\" or \"1.3\".")]
    [TestCase("max_version: 1.2", "max_version: is below 'min_version': no connection could be made (FILE:4:5). Remove it, or lower 'min_version'.")]
    [TestCase("key_password_file: x", "key_password_file: there is no 'key_file' it could be for (FILE:4:5). Set 'key_file', or remove it.")]
    [TestCase("key_password_file: ''\n    cert_file: x\n    key_file: x", "key_password_file: is empty (FILE:4:5). Give a path, or remove the key.")]
    [TestCase("swap_jiter: 1s", "swap_jiter: unknown key (FILE:4:5). Did you mean 'swap_jitter'?")]
    public void Rejects_a_key_with_place_and_fix(string keys, string message) =>
        FailuresOf($"- match: ['*']\n  tls_config:\n    ca_file: ca.crt\n    {keys}").Should().Equal($"realms[0].tls_config.{message}");

    [TestCase("[]", "ca_file: required (FILE:2:17). Give the file with the certificate authorities that vouch for the servers, or write 'use_system_roots: true'.")]
    [TestCase("['']", "ca_file: is empty (FILE:2:17). Give a path, or remove the key.")]
    [TestCase("[ca.crt, '']", "ca_file[1]: is empty (FILE:2:35). Give a path, or remove the key.")]
    [TestCase("[ca.crt, [x]]", "ca_file[1]: must be a single value, not a list (FILE:2:35). Give one value, or remove the key.")]
    [TestCase("{ a: b }", "ca_file: must be a single value, not a group of keys (FILE:2:17). Give one value, or remove the key.")]
    public void Rejects_authorities_with_place_and_fix(string authorities, string message) =>
        FailuresOf($"- match: ['*']\n  tls_config: {{ ca_file: {authorities} }}").Should().Equal($"realms[0].tls_config.{message}");

    [Test]
    public void Rejects_in_a_section_by_the_same_names()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Realms:0:Match:0", "*"), new("Realms:0:TlsConfig:CaFile:0", "ca.crt"), new("Realms:0:TlsConfig:CaFile:1", ""),
            new("Realms:0:TlsConfig:DrainTimeout", "5"), new("Realms:0:TlsConfig:OnExpired", "never"),
        ]).Build();

        FailuresOf(services => services.AddEndpointMtls(section)).Should().BeEquivalentTo(
            $"realms[0].tls_config.drain_timeout: '5' is not a duration. {NotADuration}",
            "realms[0].tls_config.on_expired: 'never' is not one of its values. Write \"serve\" or \"fail\".",
            "realms[0].tls_config.ca_file[1]: is empty. Give a path, or remove the key.");
    }

    [Test]
    public void Rejects_what_only_code_can_say() => FailuresOf(services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions
    {
        Match = { "*" },
        TlsConfig = new TlsOptions
        {
            CaFile = { null! },
            CheckInterval = Timeout.InfiniteTimeSpan,
            SwapJitter = TimeSpan.FromSeconds(-1),
            DrainTimeout = TimeSpan.MaxValue,
            CaOverlap = TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1),
            OnTrustRemoved = (TrustRemovedAction)7,
            OnExpired = (ExpiredAction)(-1),
        },
    }))).Should().Equal(
        "realms[0].tls_config.ca_file: is empty. Give a path, or remove the key.",
        "realms[0].tls_config.check_interval: -1ms is out of range. From 1s to 1h.",
        "realms[0].tls_config.swap_jitter: -1s is out of range. From 0s to 1h.",
        "realms[0].tls_config.drain_timeout: 10675199.02:48:05.4775807 is out of range. From 0s to 24h.",
        "realms[0].tls_config.ca_overlap: 2592001s is out of range. From 0s to 720h.",
        "realms[0].tls_config.on_trust_removed: '7' is not one of its values. Use Drain or Close.",
        "realms[0].tls_config.on_expired: '-1' is not one of its values. Use Serve or Fail.");

    private static IEnumerable<string> FailuresOf(string yaml)
    {
        using var folder = new TempFolder();
        var path = folder.Write("realms.yaml", yaml);
        return [.. FailuresOf(services => services.AddEndpointMtls(path)).Select(failure => failure.Replace(path, "FILE", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> FailuresOf(Action<IServiceCollection> add) =>
        Assert.Catch<OptionsValidationException>(() => _ = new TestServices(add).Factory)!.Failures;
}
