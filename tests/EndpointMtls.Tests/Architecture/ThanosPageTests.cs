using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/thanos.md shows what endpoints inherit, and how their realms are named.</summary>
public sealed class ThanosPageTests
{
    private static readonly MarkdownPage Page = new("docs/thanos.md");

    private static IEnumerable<TestCaseData> Inheritance => Page.Table("## Inheritance").Select(row => new TestCaseData(row).SetArgDisplayNames(row.ToString()));

    [TestCaseSource(nameof(Inheritance))]
    public void An_endpoint_inherits_as_the_page_says(MarkdownPage.Row row)
    {
        var (defaults, own) = (Setting(ConfigKeys.DefaultClientConfig, ""), Setting(ConfigKeys.ClientConfig, "  "));
        var yaml = $"{defaults}endpoints:\n- address: {KeyTable.Address}\n{own}";

        switch (row["result"])
        {
            case "plaintext":
                TestDocuments.Read(yaml).Single().Tls.Should().BeNull();
                break;
            case var result when result.StartsWith("TLS with ", StringComparison.Ordinal):
                var tls = MarkdownPage.Row.CodeOf(result["TLS with ".Length..]);
                var expected = TestDocuments.Read($"- endpoints: [\"{KeyTable.Address}\"]\n  tls_config: {tls}\n").Single().Tls!;
                expected.IsSameAs(TestDocuments.Read(yaml).Single().Tls).Should().BeTrue();
                break;
            case var result:
                result.Should().StartWith("error: ");
                TestDocuments.ErrorsOf(yaml).Should().ContainSingle().Which.Code.Should().NotBe(ErrorCode.UnknownKey);
                break;
        }

        string Setting(string key, string indentation) => MarkdownPage.Row.CodeOf(row[$"`{key}`"]) is { } config ? $"{indentation}{key}: {config}\n" : "";
    }

    [Test]
    public void Realms_are_named_as_the_page_says()
    {
        var rows = Page.Table("## How endpoints become realms");
        var yaml = """
            default_client_config: { tls_config: { ca_file: a } }
            endpoints:
            - { address: "a:1" }
            - { address: "b:1", client_config: { tls_config: { enabled: true } } }
            - { address: "c:1", strict: true }
            - { address: "d:1", group: true }
            - { address: "E:1", client_config: { tls_config: { ca_file: e } } }
            """;

        rows.Select(row => row["name"]).Should().Equal("`default`, or `default-strict` if they are strict", "the address of the first endpoint, as written");
        TestDocuments.Read(yaml).Select(realm => realm.Name).Should().Equal("default", "default-strict", "d:1", "E:1");
    }
}
