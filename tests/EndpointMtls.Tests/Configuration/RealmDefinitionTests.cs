using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Configuration;

/// <summary>Compares definitions of realms: which changes matter, and which of them replace connections.</summary>
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

    /// <summary>The effect of a change of each key: connections are replaced, files are loaded again, or neither.</summary>
    private static readonly Dictionary<string, string> Effects = new()
    {
        ["enabled"] = "neither",
        ["cert_file"] = "files",
        ["key_file"] = "files",
        ["key_password_file"] = "files",
        ["ca_file"] = "files",
        ["crl_file"] = "files",
        ["crl_mode"] = "connections",
        ["use_system_roots"] = "connections",
        ["insecure_skip_verify"] = "connections",
        ["allow_weak_certificates"] = "connections and files",
        ["verify_common_name"] = "connections",
        ["server_allowed_sans"] = "connections",
        ["pins"] = "connections",
        ["server_name"] = "connections",
        ["min_version"] = "connections",
        ["max_version"] = "connections",
        ["check_interval"] = "neither",
        ["rotation_jitter"] = "neither",
        ["drain_timeout"] = "neither",
        ["ca_overlap"] = "neither",
        ["on_trust_removed"] = "connections",
        ["on_expired"] = "neither",
        ["expiry_warning"] = "neither",
        ["on_identity_rejected"] = "neither",
    };

    /// <summary>The effect of a change of each key of the channel: other connections, another channel, or neither.</summary>
    private static readonly Dictionary<string, string> ChannelEffects = new()
    {
        ["connect_timeout"] = "neither",
        ["keepalive_time"] = "connections",
        ["keepalive_timeout"] = "connections",
        ["keepalive_without_calls"] = "connections",
        ["idle_timeout"] = "connections",
        ["max_send_message_size"] = "channel",
        ["max_receive_message_size"] = "channel",
    };

    [Test]
    public void Ignores_the_place_of_a_realm() =>
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
    public void Detects_a_changed_value(string what, string other) => AreDifferent(Realm, Realm.Replace(what, other, StringComparison.Ordinal));

    [TestCase("group: true")]
    [TestCase("mode: strict")]
    [TestCase("probe: false")]
    [TestCase("connect_timeout: 5s")]
    [TestCase("keepalive_time: 1m")]
    [TestCase("max_send_message_size: 1MiB")]
    [TestCase("tls_config: { ca_file: ca.crt }")]
    public void Detects_an_added_key(string more) => AreDifferent("- endpoints: ['a:1']", $"- endpoints: ['a:1']\n  {more}");

    [Test]
    public void Knows_the_effect_of_every_TLS_key() => Effects.Keys.Should().Equal(OptionTables.Tls.Keys);

    [TestCaseSource(nameof(Effects))]
    public void Applies_the_effect_of_a_changed_key(KeyValuePair<string, string> effect)
    {
        var (one, other) = (TestDefinitions.Tls(), TestDefinitions.Tls(tls => OptionTableTests.Change(tls, DocumentedKeys.PropertyOf(typeof(TlsOptions), effect.Key))));

        other.HasSameHandshakes(one).Should().Be(!effect.Value.Contains("connections", StringComparison.Ordinal));

        // These two decide whether CA files are loaded.
        other.HasSameFiles(one).Should().Be(!effect.Value.Contains("files", StringComparison.Ordinal) && effect.Key is not ("use_system_roots" or "insecure_skip_verify"));
    }

    [Test]
    public void Knows_the_effect_of_every_channel_key() => ChannelEffects.Keys.Should().Equal(OptionTables.Channel.Keys);

    [TestCaseSource(nameof(ChannelEffects))]
    public void Applies_the_effect_of_a_changed_channel_key(KeyValuePair<string, string> effect)
    {
        var options = new RealmOptions();
        OptionTableTests.Change(options, DocumentedKeys.PropertyOf(typeof(RealmOptions), effect.Key));
        var changed = new ChannelDefinition(options);

        changed.HasSameConnections(ChannelDefinition.Default).Should().Be(effect.Value != "connections");
        changed.HasSameChannels(ChannelDefinition.Default).Should().Be(effect.Value != "channel");
    }

    private static void AreDifferent(string one, string other)
    {
        var (first, second) = (TestDocuments.Read(one).Single(), TestDocuments.Read(other).Single());

        first.IsSameAs(second).Should().BeFalse();
        second.IsSameAs(first).Should().BeFalse();
    }
}
