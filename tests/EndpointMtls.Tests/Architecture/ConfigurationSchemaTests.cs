using System.Text.Json.Nodes;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/endpoints.schema.json is generated from the options. EndpointMtls.InteropTests runs a validator with it.</summary>
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
    public void The_schema_is_generated_from_the_options()
    {
        var actual = ConfigurationSchema.Generate();
        var received = Path.Combine(TestContext.CurrentContext.WorkDirectory, "endpoints.schema.received.json");
        File.WriteAllText(received, actual);

        actual.Should().Be(File.Exists(Approved) ? File.ReadAllText(Approved).ReplaceLineEndings("\n") : "", $"the schema is generated from the options; if the change is right, copy {received} over {Approved}");
    }

    [TestCaseSource(nameof(Groups))]
    public void A_group_has_exactly_the_keys_that_the_library_reads_each_with_a_description(string definition, string[] keys)
    {
        var group = JsonNode.Parse(File.ReadAllText(Approved))!["definitions"]![definition]!;

        group["properties"]!.AsObject().Select(property => property.Key).Should().Equal(keys);
        group["properties"]!.AsObject().Select(property => (string?)property.Value!["description"]).Should().NotContainNulls().And.NotContain("");
        ((bool?)group["additionalProperties"]).Should().BeFalse();
    }

    [TestCaseSource(nameof(RealmValues))]
    public void An_enum_value_of_the_schema_is_valid_in_a_realm(string key, JsonNode value) =>
        TestDocuments.Read($"- {{ endpoints: [\"a:1\"], {(ConfigKeys.OfRealm.Contains(key) ? $"{key}: {value.ToJsonString()}" : $"tls_config: {{ ca_file: a{BesideOf(key)}, {key}: {value.ToJsonString()} }}")} }}")
            .Should().ContainSingle();

    [TestCaseSource(nameof(ServerValues))]
    public void An_enum_value_of_the_schema_is_valid_in_a_server(string key, JsonNode value) =>
        TestDocuments.ReadServer(key == ConfigKeys.ClientAuthType && ((string)value!).Contains("Verify", StringComparison.Ordinal)
            ? $"server: {{ cert_file: a, key_file: b, client_ca_file: c, {key}: {value.ToJsonString()} }}"
            : $"{{ realms: [{{ name: a, tls_config: {{ cert_file: a, key_file: b, ca_file: c }} }}], server: {{ realm: a{BesideOf(key)}, {key}: {value.ToJsonString()} }} }}")
            .Should().NotBeNull();

    [TestCaseSource(typeof(BadDocuments), nameof(BadDocuments.All))]
    public void The_library_rejects_what_the_schema_must_reject(string yaml) => TestDocuments.ErrorsOf(yaml).Should().NotBeEmpty();

    [TestCaseSource(typeof(GoodDocuments), nameof(GoodDocuments.All))]
    public void The_library_accepts_what_the_schema_must_accept(string yaml) => TestDocuments.Read(yaml).Should().NotBeEmpty();

    // The keys that a key needs.
    private static string BesideOf(string key) => key is ConfigKeys.MaxVersion or ConfigKeys.CrlMode ? $", {DocumentedKeys.Companions[key]}" : "";

    private static IEnumerable<TestCaseData> ServerValues() =>
        from property in JsonNode.Parse(ConfigurationSchema.Generate())!["definitions"]![ConfigurationSchema.Server]!["properties"]!.AsObject()
        where property.Value!["enum"] is not null && property.Key is not (ConfigKeys.OnExpired or ConfigKeys.ClientCrlMode)
        from value in property.Value["enum"]!.AsArray()
        select new TestCaseData(property.Key, value).SetArgDisplayNames(property.Key, value!.ToJsonString());

    private static IEnumerable<TestCaseData> RealmValues()
    {
        var definitions = JsonNode.Parse(ConfigurationSchema.Generate())!["definitions"]!;
        return from definition in new[] { ConfigurationSchema.Realm, ConfigurationSchema.TlsConfig }
               from property in definitions[definition]!["properties"]!.AsObject()
               where property.Value!["enum"] is not null
               from value in property.Value["enum"]!.AsArray()
               select new TestCaseData(property.Key, value).SetArgDisplayNames(property.Key, value!.ToJsonString());
    }
}
