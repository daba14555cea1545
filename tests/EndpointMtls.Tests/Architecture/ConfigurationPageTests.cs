using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;
using static EndpointMtls.Tests.Architecture.PageContent;

namespace EndpointMtls.Tests.Architecture;

/// <summary>What the pages about the configuration show is what the library reads. <see cref="KeyTableTests"/> holds their tables of keys.</summary>
public sealed class ConfigurationPageTests
{
    private static readonly MarkdownPage Page = new("docs/configuration.md");
    private static readonly MarkdownPage[] Pages =
        [Page, new("docs/reload.md"), new("docs/thanos.md"), new("docs/yaml.md"), new("README.md")];

    private static IEnumerable<TestCaseData> Documents => Pages.SelectMany(page => page.Blocks("yaml"), Named);

    private static IEnumerable<TestCaseData> WrongDocuments => Pages.SelectMany(page => page.WrongBlocks("yaml"), Named);

    private static IEnumerable<TestCaseData> Forms =>
        from row in Page.Table("## Addresses")
        from form in CodeIn(row["form"])
        select new TestCaseData(WithPort(form), row["meaning"].Contains("a warning is logged", StringComparison.Ordinal)).SetArgDisplayNames(form);

    private static IEnumerable<TestCaseData> Patterns =>
        from row in Page.Table("### Patterns")
        from pattern in CodeIn(row["pattern"])
        select new TestCaseData(WithPort(pattern), row["may have `:port`"] == "yes").SetArgDisplayNames(pattern);

    [TestCaseSource(nameof(Documents))]
    public void A_document_is_valid(string yaml) => TestDocuments.Read(yaml).Should().NotBeEmpty();

    [TestCaseSource(nameof(WrongDocuments))]
    public void A_document_that_is_marked_as_wrong_is_rejected(string yaml) => TestDocuments.ErrorsOf(yaml).Should().NotBeEmpty();

    [TestCaseSource(nameof(Forms))]
    public void A_form_of_an_address_is_valid_and_causes_a_warning_only_if_the_page_says_so(string form, bool causesWarning)
    {
        var yaml = $"- endpoints: [\"{form}\"]{(form.StartsWith("https:", StringComparison.Ordinal) ? "\n  tls_config: { ca_file: a }" : "")}\n";

        TestDocuments.Read(yaml).Should().ContainSingle();
        TestDocuments.WarningsOf(yaml).Should().HaveCount(causesWarning ? 1 : 0);
    }

    [TestCaseSource(nameof(Patterns))]
    public void A_pattern_is_valid_and_may_have_a_port_if_the_page_says_so(string pattern, bool mayHavePort)
    {
        TestDocuments.Read($"- match: [\"{pattern}\"]\n").Should().ContainSingle();
        if (pattern.StartsWith("unix:", StringComparison.Ordinal))
        {
            // A port would be part of the path.
            mayHavePort.Should().BeFalse();
            return;
        }

        var withPort = $"{(pattern.Count(c => c == ':') > 1 ? $"[{pattern}]" : pattern)}:443";
        TestDocuments.ErrorsOf($"- match: [\"{withPort}\"]\n").Any().Should().Be(!mayHavePort);
    }

    [Test]
    public void The_code_is_equal_to_the_first_document()
    {
        var options = new EndpointMtlsOptions();
        ConfigurationPageSnippet.Configure(options);

        LinesOf(Page.Blocks("csharp").Single())[1..^1].Should().BeSubsetOf(LinesOfFile("ConfigurationPageSnippet.cs"));
        var written = TestDocuments.Read(Page.Blocks("yaml")[0]).Single();
        var coded = Compile(options).Single();
        coded.Tls.Should().BeEquivalentTo(YamlPageTests.WithRelativePaths(written.Tls!));
        (coded with { Tls = null }).IsSameAs(written with { Tls = null }).Should().BeTrue();
    }

    private static TestCaseData Named(MarkdownPage page, string yaml) => new TestCaseData(yaml).SetArgDisplayNames($"{page.Path}: {yaml.Split('\n')[0]}");
}
