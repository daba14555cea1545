using System.Collections;
using System.Collections.Immutable;
using System.Text;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Documents;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;
using EndpointMtls.Text;
using Microsoft.Extensions.Configuration;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/configuration.md lists exactly the keys there are, with their defaults; and what it shows is what the library reads.</summary>
public sealed class ConfigurationPageTests
{
    private const string OfRealm = "### Keys of a realm";
    private const string OfTlsConfig = "### Keys of `tls_config`";
    private const string OfSdFiles = "### Keys of an item of `endpoints_sd_files`";
    private const string OfServer = "### Keys of `server`";
    private const string OfThanos = "### Keys of the document";
    private const string OfThanosEndpoint = "### Keys of an item of `endpoints`";
    private const string OfClientConfig = "### Keys of `client_config`";
    private const string OfThanosTlsConfig = "### Keys of its `tls_config`";
    private const string Inheritance = "### What an endpoint inherits";
    private const string Address = "a.example.com:443";
    private static readonly MarkdownPage Page = new("docs/configuration.md");
    private static readonly MarkdownPage[] Pages = [Page, new("README.md")];

    private static readonly (string Heading, KeyGroup Group, Type? Options)[] Tables =
    [
        (OfRealm, KeyGroups.Realm, typeof(RealmOptions)),
        (OfTlsConfig, KeyGroups.TlsConfig, typeof(TlsOptions)),
        (OfSdFiles, KeyGroups.SdFiles, typeof(FileSdOptions)),
        (OfServer, KeyGroups.Server, typeof(ServerTlsOptions)),
        (OfThanos, KeyGroups.Thanos, null),
        (OfThanosEndpoint, KeyGroups.ThanosEndpoint, null),
        (OfClientConfig, KeyGroups.ClientConfig, null),
        (OfThanosTlsConfig, KeyGroups.ThanosTlsConfig, typeof(TlsOptions)),
    ];

    private static readonly string[] SayWhomToTrust = [ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify, ConfigKeys.Enabled];

    private static IEnumerable<string> Headings => Tables.Select(table => table.Heading);

    /// <summary>The page's <c>appsettings.json</c>.</summary>
    private static IConfigurationBuilder Settings => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(Page.Blocks("json").Single())));

    private static IEnumerable<TestCaseData> Rows =>
        from table in Tables
        from row in Page.Table(table.Heading)
        select new TestCaseData(table.Heading, row).SetArgDisplayNames($"{table.Heading.TrimStart('#', ' ')}: {row["key"]}");

    private static IEnumerable<TestCaseData> Blocks => Pages.SelectMany(page => page.Blocks("yaml"), (page, yaml) => Named(page, yaml));

    private static IEnumerable<TestCaseData> WrongBlocks => Pages.SelectMany(page => page.WrongBlocks("yaml"), (page, yaml) => Named(page, yaml));

    private static IEnumerable<TestCaseData> Forms =>
        from row in Page.Table("## Addresses")
        from form in CodeIn(row["form"])
        select new TestCaseData(WithPort(form), row["means"].Contains("a warning says that nobody does", StringComparison.Ordinal)).SetArgDisplayNames(form);

    private static IEnumerable<TestCaseData> Patterns =>
        from row in Page.Table("### Patterns")
        from pattern in CodeIn(row["pattern"])
        select new TestCaseData(WithPort(pattern), row["port behind it"] == "yes").SetArgDisplayNames(pattern);

    private static IEnumerable<TestCaseData> Situations => Page.Table(Inheritance).Select(row => new TestCaseData(row).SetArgDisplayNames(row.ToString()));

    [TestCaseSource(nameof(Headings))]
    public void A_table_lists_the_keys_of_its_place_and_no_others(string heading) =>
        Page.Table(heading).Select(row => row.Code("key")).Should().Equal(Of(heading).Group.Keys);

    [Test]
    public void Every_key_of_the_options_has_a_table() =>
        Tables.SelectMany(table => table.Options is null ? [] : DocumentedKeys.KeysOf(table.Options).Except(table.Group.Keys).Except([ConfigKeys.ServerName])).Should().BeEmpty();

    [TestCaseSource(nameof(Rows))]
    public void A_default_is_what_new_options_have(string heading, MarkdownPage.Row row)
    {
        var (key, documented) = (row.Code("key"), MarkdownPage.Row.CodeOf(row["default"]));
        var dependsOnOthers = heading == OfThanosTlsConfig && key == ConfigKeys.Enabled;
        documented.Should().Be(dependsOnOthers ? null
            : Of(heading).Options is { } options ? DocumentedKeys.WordOf(DocumentedKeys.PropertyOf(options, key), Activator.CreateInstance(options)!)
            : key switch
            {
                // A new realm has the one, and an endpoint without compression the other.
                ConfigKeys.Strict or ConfigKeys.Group => "false",
                ConfigKeys.Compression => "none",
                _ => null,
            });
    }

    [TestCaseSource(nameof(Rows))]
    public void An_example_is_read_and_makes_a_difference(string heading, MarkdownPage.Row row)
    {
        var (key, example) = (row.Code("key"), row.Code("example"));
        example.Should().StartWith($"{key}: ");

        var options = ReadIn(heading, key, example);
        var with = options.Realms.FirstOrDefault()!;
        switch (heading)
        {
            case OfRealm:
                ShouldDiffer(with, new RealmOptions { Endpoints = { Address } }, key);
                break;
            case OfServer:
                ShouldDiffer(options.Server!, new ServerTlsOptions(), key);
                break;
            case OfSdFiles:
                ShouldDiffer(with.EndpointsSdFiles.Single(), new FileSdOptions { Files = { "/etc/a.json" } }, key);
                break;
            case OfThanosTlsConfig when key == ConfigKeys.Enabled:
                with.TlsConfig!.Enabled.Should().BeFalse();
                break;
            case OfTlsConfig or OfThanosTlsConfig:
                ShouldDiffer(with.TlsConfig!, new TlsOptions { CaFile = { "/etc/a" } }, key);
                break;
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void A_range_is_the_one_that_is_checked(string heading, MarkdownPage.Row row)
    {
        if (row["type"].Split(", ") is not ["duration", var range])
        {
            row["type"].Should().NotContain("duration");
            return;
        }

        var (key, ends) = (row.Code("key"), range.Split(" to ").Select(end => MarkdownPage.Row.CodeOf(end)!).ToList());
        ends.Should().HaveCount(2);
        ends.ForEach(end => ReadIn(heading, key, $"{key}: {end}"));
        Duration.TryParse(ends[0], out var least).Should().BeTrue();
        string[] beyond = least == TimeSpan.Zero ? [$"{ends[1]}1ms"] : [$"{ends[1]}1ms", $"{least.TotalMilliseconds - 1}ms"];
        beyond.Select(value => TestDocuments.ErrorsOf(DocumentIn(heading, key, $"{key}: {value}")).Single())
            .Should().OnlyContain(error => error.Code == ErrorCode.OutOfRange);
    }

    [TestCaseSource(nameof(Blocks))]
    public void A_document_is_read(string yaml) => TestDocuments.Read(yaml).Should().NotBeEmpty();

    [TestCaseSource(nameof(WrongBlocks))]
    public void A_document_that_is_marked_as_wrong_is_refused(string yaml) => TestDocuments.ErrorsOf(yaml).Should().NotBeEmpty();

    [TestCaseSource(nameof(Situations))]
    public void An_endpoint_inherits_as_the_page_says(MarkdownPage.Row row)
    {
        var yaml = $"{(Written(ConfigKeys.DefaultClientConfig) is { } defaults ? $"{defaults}\n" : "")}endpoints:\n- address: {Address}\n{(Written(ConfigKeys.ClientConfig) is { } own ? $"  {own}\n" : "")}";

        switch (row["result"])
        {
            case "plaintext":
                TestDocuments.Read(yaml).Single().Tls.Should().BeNull();
                break;
            case var result when result.StartsWith("TLS with ", StringComparison.Ordinal):
                var expected = TestDocuments.Read($"- endpoints: [\"{Address}\"]\n  tls_config: {MarkdownPage.Row.CodeOf(result["TLS with ".Length..])}\n").Single().Tls!;
                expected.IsSameAs(TestDocuments.Read(yaml).Single().Tls).Should().BeTrue();
                break;
            case var result:
                result.Should().StartWith("error: ");
                TestDocuments.ErrorsOf(yaml).Should().ContainSingle().Which.Code.Should().NotBe(ErrorCode.UnknownKey);
                break;
        }

        string? Written(string key) => MarkdownPage.Row.CodeOf(row[$"`{key}`"]) is { } config ? $"{key}: {config}" : null;
    }

    [TestCaseSource(nameof(Forms))]
    public void A_form_of_an_address_is_read(string form, bool isSaidToBeIdle)
    {
        var yaml = $"- endpoints: [\"{form}\"]{(form.StartsWith("https:", StringComparison.Ordinal) ? "\n  tls_config: { ca_file: a }" : "")}\n";

        TestDocuments.Read(yaml).Should().ContainSingle();
        TestDocuments.WarningsOf(yaml).Should().HaveCount(isSaidToBeIdle ? 1 : 0);
    }

    [TestCaseSource(nameof(Patterns))]
    public void A_pattern_is_read_and_takes_a_port_if_the_page_says_so(string pattern, bool takesPort)
    {
        TestDocuments.Read($"- match: [\"{pattern}\"]\n").Should().ContainSingle();
        if (pattern.StartsWith("unix:", StringComparison.Ordinal))
        {
            // There it would be part of the path.
            takesPort.Should().BeFalse();
            return;
        }

        TestDocuments.ErrorsOf($"- match: [\"{(pattern.Count(c => c == ':') > 1 ? $"[{pattern}]" : pattern)}:443\"]\n").Any().Should().Be(!takesPort);
    }

    [Test]
    public void The_section_and_the_environment_say_the_same_as_the_document()
    {
        var variables = Page.Blocks("sh").Single().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0].Replace("__", ":", StringComparison.Ordinal), (string?)pair[1]));

        var written = TestDocuments.Read(Page.Blocks("yaml")[0]).Single();
        var section = FromSection(Settings.Build()).Single();
        var overridden = FromSection(Settings.AddInMemoryCollection(variables).Build()).Single();

        section.Endpoints.Should().Equal(written.Endpoints);
        section.Tls.Should().BeEquivalentTo(written.Tls!.With(tls => (tls.CaFile[0], tls.CertFile, tls.KeyFile) = ("eu/ca.crt", "eu/tls.crt", "eu/tls.key")));
        overridden.Tls!.CaFiles.Should().Equal("/etc/eu/ca.crt");
        overridden.Endpoints.Should().HaveCount(2);
    }

    [Test]
    public void The_code_says_the_same_as_the_section()
    {
        var options = new EndpointMtlsOptions();
        ConfigurationPageSnippet.Configure(options);

        LinesOf(Page.Blocks("csharp").Single())[1..^1].Should().BeSubsetOf(LinesOf(File.ReadAllText(Repository.Path("tests/EndpointMtls.Tests/Architecture/ConfigurationPageSnippet.cs"))));
        Compile(options).Single().IsSameAs(FromSection(Settings.Build()).Single()).Should().BeTrue();
    }

    private static (string Heading, KeyGroup Group, Type? Options) Of(string heading) => Tables.Single(table => table.Heading == heading);

    private static TestCaseData Named(MarkdownPage page, string yaml) => new TestCaseData(yaml).SetArgDisplayNames($"{page.Path}: {yaml.Split('\n')[0]}");

    private static void ShouldDiffer<T>(T options, T usual, string key)
        where T : class
    {
        var property = DocumentedKeys.PropertyOf(typeof(T), key);
        var (value, other) = (property.GetValue(options), property.GetValue(usual));
        value.Should().NotBeNull();
        if (value is IEnumerable list and not string)
        {
            list.Cast<object>().Should().NotBeEmpty().And.NotEqual(((IEnumerable)other!).Cast<object>());
        }
        else
        {
            value.Should().NotBe(other);
        }
    }

    /// <summary>What an example makes where it belongs.</summary>
    private static EndpointMtlsOptions ReadIn(string heading, string key, string example)
    {
        var options = new EndpointMtlsOptions();
        YamlRealmSource.AddTo(options, TestDocuments.File, Encoding.UTF8.GetBytes(DocumentIn(heading, key, example)));
        Compile(options);
        return options;
    }

    private static string DocumentIn(string heading, string key, string example)
    {
        var keys = DocumentedKeys.Companions.TryGetValue(key, out var companion) ? $"{example}, {companion}" : example;
        var tls = SayWhomToTrust.Contains(key) ? keys : $"{keys}, ca_file: a";
        return heading switch
        {
            OfRealm => $"- {{ {keys}{(key == ConfigKeys.Endpoints ? "" : $", endpoints: [\"{Address}\"]")} }}",
            OfTlsConfig => $"- {{ endpoints: [\"{Address}\"], tls_config: {{ {tls} }} }}",
            OfServer when key == ConfigKeys.Realm => $"server: {{ {keys} }}",
            OfServer => $"server: {{ {string.Join(", ", ((string[])["cert_file: c", "key_file: k"]).Where(text => !keys.Contains(text[..^2], StringComparison.Ordinal)).Append(key == ConfigKeys.OnTrustRemoved ? $"{keys}, {DocumentedKeys.Verifying}" : keys))} }}",
            OfSdFiles => $"- {{ endpoints: [\"{Address}\"], endpoints_sd_files: [{{ {keys} }}] }}",
            OfThanos => key == ConfigKeys.Endpoints ? $"{{ {example} }}" : $"{{ {example}, endpoints: [{{ address: \"{Address}\" }}] }}",
            OfThanosEndpoint => $"endpoints: [{{ {keys}{(key == ConfigKeys.Address ? "" : $", address: \"{Address}\"")} }}]",
            OfClientConfig => $"endpoints: [{{ address: \"{Address}\", client_config: {{ {example}{(key == ConfigKeys.TlsConfig ? "" : ", tls_config: { ca_file: a }")} }} }}]",
            _ => $"endpoints: [{{ address: \"{Address}\", client_config: {{ tls_config: {{ {tls} }} }} }}]",
        };
    }

    private static ImmutableArray<RealmDefinition> FromSection(IConfiguration configuration)
    {
        var options = new EndpointMtlsOptions();
        SectionRealmSource.AddTo(options, configuration.GetSection("EndpointMtls"));
        return Compile(options);
    }

    private static ImmutableArray<RealmDefinition> Compile(EndpointMtlsOptions options)
    {
        var errors = new ConfigurationErrors();
        var realms = new RealmCompiler(errors).Compile(options).Realms;
        errors.Errors.Should().BeEmpty();
        return realms;
    }

    private static IEnumerable<string> CodeIn(string cell) => cell.Split(", ").Select(part => MarkdownPage.Row.CodeOf(part)!);

    private static string WithPort(string text) => text.Replace(":port", ":443", StringComparison.Ordinal);

    private static string[] LinesOf(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
