using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Configuration;
using static EndpointMtls.Tests.Architecture.PageContent;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/yaml.md shows a section and environment variables as the library reads them.</summary>
public sealed class YamlPageTests
{
    private static readonly MarkdownPage Page = new("docs/yaml.md");

    private static RealmDefinition Document => TestDocuments.Read(new MarkdownPage("docs/configuration.md").Blocks("yaml")[0]).Single();

    /// <summary>The page's <c>appsettings.json</c>.</summary>
    private static IConfigurationBuilder Settings =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(Page.Blocks("json").Single())));

    [Test]
    public void The_section_is_equal_to_the_document_of_the_configuration_page()
    {
        var section = CompileSection(Settings.Build()).Single();

        section.Tls.Should().BeEquivalentTo(WithRelativePaths(Document.Tls!));
        (section with { Tls = null }).IsSameAs(Document with { Tls = null }).Should().BeTrue();
    }

    [Test]
    public void The_environment_variables_override_the_section()
    {
        var variables = Page.Blocks("sh").Single().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0].Replace("__", ":", StringComparison.Ordinal), (string?)pair[1]));

        var realm = CompileSection(Settings.AddInMemoryCollection(variables).Build()).Single();

        realm.Tls!.CaFiles.Should().Equal("/etc/eu/ca.crt");
        realm.Endpoints.Should().HaveCount(2);
    }

    [Test]
    public void Gaps_in_the_numbers_of_a_list_are_closed()
    {
        var variables = new Dictionary<string, string?>
        {
            ["EndpointMtls:Realms:10:Endpoints:3"] = "c:1",
            ["EndpointMtls:Realms:2:Endpoints:7"] = "b:1",
            ["EndpointMtls:Realms:2:Endpoints:0"] = "a:1",
        };

        var realms = CompileSection(new ConfigurationBuilder().AddInMemoryCollection(variables).Build());

        realms.Select(realm => $"{realm.Name}: {string.Join(' ', realm.Endpoints)}").Should().Equal("realms[0]: a:1 b:1", "realms[1]: c:1");
    }

    [TestCase("match")]
    [TestCase("endpoints")]
    [TestCase("endpoints_sd_files")]
    public void An_empty_key_that_the_page_names_counts_as_absent(string key) =>
        TestDocuments.ErrorsOf($"- {{ {key}: , name: a, tls_config: {{ ca_file: a, cert_file: b, key_file: c }} }}").Should().BeEmpty();

    /// <summary>The TLS options of a document with paths as a section has them: a document resolves them against its folder.</summary>
    internal static TlsDefinition WithRelativePaths(TlsDefinition tls) =>
        tls.With(options => (options.CaFile[0], options.CertFile, options.KeyFile) = ("eu/ca.crt", "eu/tls.crt", "eu/tls.key"));
}
