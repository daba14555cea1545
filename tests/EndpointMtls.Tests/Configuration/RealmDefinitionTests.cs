using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>What makes a realm another one when the configuration is read again, and what makes its connections others.</summary>
public sealed class RealmDefinitionTests
{
    private const string Realm = """
        - name: eu
          match: ['*.eu:443', b]
          tls_config: { ca_file: [ca.crt, more.crt], check_interval: 1m }
          endpoints: ['a:1', dns+c:1]
          endpoints_sd_files: [{ files: [x.json, y.json], refresh_interval: 5m }]
          group: true
          service_config: '{}'
        """;

    /// <summary>What a change of each key means: connections are made anew, other files are read, or neither.</summary>
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["enabled"] = "neither",
        ["cert_file"] = "files",
        ["key_file"] = "files",
        ["key_password_file"] = "files",
        ["ca_file"] = "files",
        ["use_system_roots"] = "connections",
        ["insecure_skip_verify"] = "connections",
        ["server_name"] = "connections",
        ["min_version"] = "connections",
        ["max_version"] = "connections",
        ["check_interval"] = "neither",
        ["rotation_jitter"] = "neither",
        ["drain_timeout"] = "neither",
        ["ca_overlap"] = "neither",
        ["on_trust_removed"] = "connections",
        ["on_expired"] = "neither",
    };

    [Test]
    public void A_realm_is_the_same_wherever_it_stands() =>
        TestDocuments.Read($"- endpoints: ['z:1']\n{Realm}")[1].IsSameAs(TestDocuments.Read(Realm).Single()).Should().BeTrue();

    [TestCase("*.eu:443", "*.eu:444")]
    [TestCase("['*.eu:443', b]", "[b, '*.eu:443']")]
    [TestCase(", more.crt", "")]
    [TestCase("ca.crt, more.crt", "more.crt, ca.crt")]
    [TestCase("check_interval: 1m", "check_interval: 2m")]
    [TestCase("a:1", "a:2")]
    [TestCase("dns+c:1", "dns+d:1")]
    [TestCase(", y.json", "")]
    [TestCase("refresh_interval: 5m", "refresh_interval: 6m")]
    [TestCase("5m }]", "5m }, { files: [z.json] }]")]
    [TestCase("'{}'", "'{ }'")]
    public void A_realm_is_another_when_any_of_it_is(string what, string other) => AreOthers(Realm, Realm.Replace(what, other, StringComparison.Ordinal));

    [TestCase("group: true")]
    [TestCase("mode: strict")]
    [TestCase("probe: false")]
    [TestCase("tls_config: { ca_file: ca.crt }")]
    public void A_realm_is_another_when_it_says_more(string more) => AreOthers("- endpoints: ['a:1']", $"- endpoints: ['a:1']\n  {more}");

    [Test]
    public void Every_key_of_TLS_has_a_meaning() => Meanings.Keys.Should().Equal(OptionTables.Tls.Keys);

    [TestCaseSource(nameof(Meanings))]
    public void A_change_of_a_key_means_what_it_says(KeyValuePair<string, string> meaning)
    {
        var (one, other) = (TestDefinitions.Tls(), TestDefinitions.Tls(tls => OptionTableTests.Change(tls, DocumentedKeys.PropertyOf(typeof(TlsOptions), meaning.Key))));

        other.HasSameHandshakes(one).Should().Be(meaning.Value != "connections");

        // Which CA files are read follows from these two.
        other.HasSameFiles(one).Should().Be(meaning.Value != "files" && meaning.Key is not ("use_system_roots" or "insecure_skip_verify"));
    }

    private static void AreOthers(string one, string other)
    {
        var (first, second) = (TestDocuments.Read(one).Single(), TestDocuments.Read(other).Single());

        first.IsSameAs(second).Should().BeFalse();
        second.IsSameAs(first).Should().BeFalse();
    }
}
