using System.Text.Json.Nodes;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/endpoints.schema.json is generated; what a validator makes of it is tested in EndpointMtls.InteropTests.</summary>
public sealed class ConfigurationSchemaTests
{
    private static readonly string Approved = Repository.Path("docs/endpoints.schema.json");

    private static IEnumerable<TestCaseData> Groups =>
    [
        new(ConfigurationSchema.Realm, KeyGroups.Realm.Keys),
        new(ConfigurationSchema.TlsConfig, KeyGroups.TlsConfig.Keys),
        new(ConfigurationSchema.SdFiles, KeyGroups.SdFiles.Keys),
        new(ConfigurationSchema.Server, KeyGroups.Server.Keys),
        new(ConfigurationSchema.Thanos, KeyGroups.Thanos.Keys),
        new(ConfigurationSchema.ThanosEndpoint, KeyGroups.ThanosEndpoint.Keys),
        new(ConfigurationSchema.ClientConfig, KeyGroups.ClientConfig.Keys),
        new(ConfigurationSchema.ThanosTlsConfig, KeyGroups.ThanosTlsConfig.Keys),
    ];

    [Test]
    public void The_schema_is_what_the_options_make_it()
    {
        var actual = ConfigurationSchema.Generate();
        var received = Path.Combine(TestContext.CurrentContext.WorkDirectory, "endpoints.schema.received.json");
        File.WriteAllText(received, actual);

        actual.Should().Be(File.Exists(Approved) ? File.ReadAllText(Approved).ReplaceLineEndings("\n") : "", $"the schema follows the options; if what changed is right, copy {received} over {Approved}");
    }

    [TestCaseSource(nameof(Groups))]
    public void A_group_has_the_keys_that_the_library_reads_and_a_description_of_each(string definition, string[] keys)
    {
        var group = JsonNode.Parse(File.ReadAllText(Approved))!["definitions"]![definition]!;

        group["properties"]!.AsObject().Select(property => property.Key).Should().Equal(keys);
        group["properties"]!.AsObject().Select(property => (string?)property.Value!["description"]).Should().NotContainNulls().And.NotContain("");
        ((bool?)group["additionalProperties"]).Should().BeFalse();
    }

    [TestCaseSource(nameof(EnumKeys))]
    public void A_word_of_the_schema_is_one_of_the_library(string key, JsonNode word) =>
        TestDocuments.Read($"- {{ endpoints: [\"a:1\"], {(ConfigKeys.OfRealm.Contains(key) ? $"{key}: {word.ToJsonString()}" : $"tls_config: {{ ca_file: a{BesideOf(key)}, {key}: {word.ToJsonString()} }}")} }}")
            .Should().ContainSingle();

    [TestCaseSource(nameof(ServerWords))]
    public void A_word_of_the_schema_is_one_of_the_library_for_a_server(string key, JsonNode word) =>
        TestDocuments.ReadServer(key == ConfigKeys.ClientAuthType && ((string)word!).Contains("Verify", StringComparison.Ordinal)
            ? $"server: {{ cert_file: a, key_file: b, client_ca_file: c, {key}: {word.ToJsonString()} }}"
            : $"{{ realms: [{{ name: a, tls_config: {{ cert_file: a, key_file: b, ca_file: c }} }}], server: {{ realm: a{BesideOf(key)}, {key}: {word.ToJsonString()} }} }}")
            .Should().NotBeNull();

    [TestCaseSource(typeof(BadDocuments), nameof(BadDocuments.All))]
    public void What_the_schema_must_refuse_the_library_refuses(string yaml) => TestDocuments.ErrorsOf(yaml).Should().NotBeEmpty();

    [TestCaseSource(typeof(GoodDocuments), nameof(GoodDocuments.All))]
    public void What_the_schema_must_accept_the_library_reads(string yaml) => TestDocuments.Read(yaml).Should().NotBeEmpty();

    // What a key cannot be set without.
    private static string BesideOf(string key) => key == ConfigKeys.MaxVersion ? $", {DocumentedKeys.Companions[key]}" : "";

    private static IEnumerable<TestCaseData> ServerWords() =>
        from property in JsonNode.Parse(ConfigurationSchema.Generate())!["definitions"]![ConfigurationSchema.Server]!["properties"]!.AsObject()
        where property.Value!["enum"] is not null && property.Key != ConfigKeys.OnExpired
        from word in property.Value["enum"]!.AsArray()
        select new TestCaseData(property.Key, word).SetArgDisplayNames(property.Key, word!.ToJsonString());

    private static IEnumerable<TestCaseData> EnumKeys()
    {
        var definitions = JsonNode.Parse(ConfigurationSchema.Generate())!["definitions"]!;
        return from definition in new[] { ConfigurationSchema.Realm, ConfigurationSchema.TlsConfig }
               from property in definitions[definition]!["properties"]!.AsObject()
               where property.Value!["enum"] is not null
               from word in property.Value["enum"]!.AsArray()
               select new TestCaseData(property.Key, word).SetArgDisplayNames(property.Key, word!.ToJsonString());
    }
}
