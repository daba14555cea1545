using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/server.md says which clients are accepted, names existing keys, and shows what the library reads.</summary>
public sealed class ServerPageTests
{
    private static readonly MarkdownPage Page = new("docs/server.md");

    // A new key of the server closes connections, or is added here.
    private static readonly string[] KeysOfHandshakes =
        ["realm", "client_auth_type", "client_allowed_sans", "client_pins", "min_version", "max_version", "cipher_suites"];

    private static IEnumerable<MarkdownPage.Row> ClientAuthTypes => Page.Table("## Accepted clients");

    private static IEnumerable<string> CodeBlocks => Page.Blocks("csharp");

    private static IEnumerable<string> Patterns => Page.Table("### By name").SelectMany(row => row["pattern"].Split(", ")).Select(pattern => MarkdownPage.Row.CodeOf(pattern)!);

    [Test]
    public void Lists_every_client_auth_type() => ClientAuthTypes.Select(TypeOf).Should().Equal(Enum.GetValues<ClientAuthType>());

    [TestCaseSource(nameof(ClientAuthTypes))]
    public void A_client_auth_type_accepts_and_rejects_as_the_page_says(MarkdownPage.Row row)
    {
        var type = TypeOf(row);

        row["client certificate"].Should().Be(type == ClientAuthType.NoClientCert ? "not requested" : "requested");
        row["without one"].Should().Be(VerdictOn(ClientKind.NoCertificate));
        row["with an untrusted one"].Should().Be(VerdictOn(ClientKind.WrongCa));

        string VerdictOn(ClientKind kind) => ClientAuthMatrix.RejectionReasonOf(type, kind) is null ? "accepted" : "rejected";
    }

    [TestCaseSource(nameof(ClientAuthTypes))]
    public void A_client_auth_type_requires_or_rejects_a_client_CA_file_as_the_page_says(MarkdownPage.Row row)
    {
        var without = $"server: {{ cert_file: a, key_file: b, client_auth_type: {TypeOf(row)} }}";
        var with = $"server: {{ cert_file: a, key_file: b, client_ca_file: c, client_auth_type: {TypeOf(row)} }}";

        row["`client_ca_file`"].Should().BeOneOf("required", "rejected");
        TestDocuments.ErrorsOf(without).Any().Should().Be(row["`client_ca_file`"] == "required");
        TestDocuments.ErrorsOf(with).Any().Should().Be(row["`client_ca_file`"] == "rejected");
    }

    [TestCaseSource(nameof(Patterns))]
    public void A_pattern_is_valid(string pattern) => SanPattern.Parse(pattern).ToString().Should().Be(pattern);

    [Test]
    public void Lists_every_key_that_closes_connections() => Page.Table("## When files change").Select(row => row.Code("key").Split(':')[0]).Should()
        .BeEquivalentTo(OptionTables.Server.Keys.Except(OptionTables.Server.KeysOfOwnFiles).Except(KeysOfHandshakes));

    [Test]
    public void Names_of_other_programs_are_mapped_to_existing_keys() =>
        Page.Table("## Names in Go, Thanos, Mimir and Cortex").Select(row => row.Code("`server`")).Should().BeSubsetOf(ConfigKeys.OfServer).And.OnlyHaveUniqueItems();

    [Test]
    public void The_configuration_is_valid()
    {
        var options = new EndpointMtlsOptions();
        var errors = new ConfigurationErrors();
        YamlRealmSource.AddTo(options, "endpoints.yaml", System.Text.Encoding.UTF8.GetBytes(Page.Blocks("yaml").Single()));

        var server = new RealmCompiler(errors).Compile(options).Server!;

        errors.Errors.Should().BeEmpty();
        server.ClientAuthType.Should().Be(ClientAuthType.RequireAndVerifyClientCert);
        server.ClientAllowedSans.Should().HaveCount(2);
        server.CopyOptions().Should().BeEquivalentTo(new { MaxConnectionAge = TimeSpan.FromHours(1), CloseOnRotation = TimeSpan.FromMinutes(5) });
    }

    [TestCaseSource(nameof(CodeBlocks))]
    public void The_code_compiles(string code) => PageContent.LinesOf(code).Should().BeSubsetOf(PageContent.LinesOfFile("ServerPageSnippet.cs"));

    private static ClientAuthType TypeOf(MarkdownPage.Row row) => Enum.Parse<ClientAuthType>(row["`client_auth_type`"].Split('`')[1]);
}
