using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/server.md says who gets in as it is, names what exists, and shows what the library reads.</summary>
public sealed class ServerPageTests
{
    private static readonly MarkdownPage Page = new("docs/server.md");

    private static IEnumerable<MarkdownPage.Row> Policies => Page.Table("## Who gets in");

    private static IEnumerable<string> CodeBlocks => Page.Blocks("csharp");

    private static IEnumerable<string> Patterns => Page.Table("### By name").SelectMany(row => row["pattern"].Split(", ")).Select(pattern => MarkdownPage.Row.CodeOf(pattern)!);

    [Test]
    public void It_lists_every_policy() => Policies.Select(PolicyOf).Should().Equal(Enum.GetValues<ClientAuthType>());

    [TestCaseSource(nameof(Policies))]
    public void A_policy_does_what_the_page_says(MarkdownPage.Row row)
    {
        var policy = PolicyOf(row);

        (policy == ClientAuthType.NoClientCert ? "no" : "yes").Should().Be(row["asked for a certificate"]);
        Of(ClientKind.NoCertificate).Should().Be(row["without one"]);
        (policy == ClientAuthType.NoClientCert ? "is never asked" : Of(ClientKind.WrongCa)).Should().Be(row["with one that nobody vouches for"]);

        string Of(ClientKind kind) => ClientAuthMatrix.RejectionReasonOf(policy, kind) is null ? "gets in" : "refused";
    }

    [TestCaseSource(nameof(Patterns))]
    public void A_pattern_is_one(string pattern) => SanPattern.Parse(pattern).ToString().Should().Be(pattern);

    [Test]
    public void What_closes_connections_is_what_there_is() => Page.Table("## When files change").Select(row => row.Code("key").Split(':')[0]).Should()
        .BeEquivalentTo(OptionTables.Server.Keys.Where(key => key.Contains("connection", StringComparison.Ordinal) || key is "close_on_rotation" or "on_client_cert_expired" or "on_trust_removed"));

    [Test]
    public void Names_from_elsewhere_lead_to_keys_of_ours() =>
        Page.Table("## What it is in Go, Thanos, Mimir and Cortex").Select(row => row.Code("`server`")).Should().BeSubsetOf(ConfigKeys.OfServer).And.OnlyHaveUniqueItems();

    [Test]
    public void The_configuration_is_read()
    {
        var options = new EndpointMtlsOptions();
        var errors = new ConfigurationErrors();
        YamlRealmSource.AddTo(options, "endpoints.yaml", System.Text.Encoding.UTF8.GetBytes(Page.Blocks("yaml").Single()));

        var server = new RealmCompiler(errors).Compile(options).Server!;

        errors.Errors.Should().BeEmpty();
        server.ClientAuthType.Should().Be(ClientAuthType.RequireAndVerifyClientCert);
        server.AllowedSans.Should().HaveCount(2);
        server.CopyOptions().Should().BeEquivalentTo(new { MaxConnectionAge = TimeSpan.FromHours(1), CloseOnRotation = TimeSpan.FromMinutes(5) });
    }

    [TestCaseSource(nameof(CodeBlocks))]
    public void The_code_compiles(string code) => LinesOf(code).Should().BeSubsetOf(
        LinesOf(File.ReadAllText(Repository.Path("tests/EndpointMtls.Tests/Architecture/ServerPageSnippet.cs"))));

    private static ClientAuthType PolicyOf(MarkdownPage.Row row) => Enum.Parse<ClientAuthType>(row["`client_auth_type`"].Split('`')[1]);

    private static IEnumerable<string> LinesOf(string code) => code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
