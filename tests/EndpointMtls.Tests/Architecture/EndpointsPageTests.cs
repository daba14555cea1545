using System.Collections;
using System.Globalization;
using EndpointMtls.Addressing;
using EndpointMtls.Endpoints;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;
using EndpointMtls.Text;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/endpoints.md lists every option, state and readiness policy, and shows what the library reads.</summary>
public sealed class EndpointsPageTests
{
    private static readonly MarkdownPage Page = new("docs/endpoints.md");

    private static IEnumerable<TestCaseData> Options => Page.Table("## Options").Select(row => new TestCaseData(row).SetArgDisplayNames(row.Code("option")));

    private static IEnumerable<TestCaseData> Names =>
        from row in Page.Table("## Discovered by name")
        from form in row["form"].Split(", ")
        select new TestCaseData(MarkdownPage.Row.CodeOf(form)).SetArgDisplayNames(form);

    private static IEnumerable<string> CodeBlocks => Page.Blocks("csharp");

    [Test]
    public void Lists_every_option() => Page.Table("## Options").Select(row => row.Code("option")).Should()
        .BeEquivalentTo(typeof(EndpointSetOptions).GetProperties().Select(property => property.Name));

    [TestCaseSource(nameof(Options))]
    public void The_default_is_that_of_new_options(MarkdownPage.Row row) => MarkdownPage.Row.CodeOf(row["default"]).Should()
        .Be(typeof(EndpointSetOptions).GetProperty(row.Code("option"))!.GetValue(new EndpointSetOptions()) switch
        {
            TimeSpan time => Duration.Format(time),
            int number => number.ToString(CultureInfo.InvariantCulture),
            Enum word => word.ToString(),
            IEnumerable list => list.Cast<object>().Any() ? "some" : null,
            var other => throw new AssertionException($"'{other}' has no form in the table."),
        });

    [TestCaseSource(nameof(Options))]
    public void The_range_is_the_one_that_is_checked(MarkdownPage.Row row)
    {
        var property = typeof(EndpointSetOptions).GetProperty(row.Code("option"))!;
        switch (row["range"].Split(" to "))
        {
            case [var least, var most]:
                var (from, to) = (TimeOf(least), TimeOf(most));
                var step = TimeSpan.FromMilliseconds(1);
                new[] { from - step, from, to, to + step }.Select(time => IsValid(time)).Should().Equal(false, true, true, false);
                break;
            case ["from `1`"]:
                new[] { 0, 1, int.MaxValue }.Select(number => IsValid(number)).Should().Equal(false, true, true);
                break;
            default:
                row["range"].Should().BeEmpty();
                property.PropertyType.Should().NotBe<TimeSpan>().And.NotBe<int>();
                break;
        }

        bool IsValid(object value)
        {
            var options = new EndpointSetOptions();
            property.SetValue(options, value);
            return new EndpointSetOptionsValidator().Validate(null, options).Succeeded;
        }
    }

    [Test]
    public void Lists_every_state_and_when_an_endpoint_is_used()
    {
        foreach (var row in Page.Table("## States"))
        {
            var health = Enum.Parse<EndpointHealth>(row.Code("`Health`"));
            Used(isStrict: false).Should().Be(row["not strict"]);
            Used(isStrict: true).Should().Be(row["strict"]);

            string Used(bool isStrict) =>
                new GrpcEndpoint { Address = "a:1", Realm = "a", Source = "", Channel = null!, Health = health, IsStrict = isStrict }.IsUsed ? "used" : "not used";
        }

        Page.Table("## States").Select(row => row.Code("`Health`")).Should().Equal(Enum.GetNames<EndpointHealth>());
    }

    [Test]
    public void Lists_every_readiness_policy() => Page.Table("## Readiness").Select(row => row.Code("policy")).Should().Equal(Enum.GetNames<ReadinessPolicy>());

    [Test]
    public void Lists_every_discovery_prefix() =>
        Names.Select(name => ((string)name.Arguments[0]!).Split('+')[0] + '+').Should().Equal(Enum.GetValues<DiscoveryKind>().Select(DiscoveryPrefix.Of));

    [TestCaseSource(nameof(Names))]
    public void A_name_is_valid(string name) =>
        TestDocuments.Read($"- endpoints: [\"{name.Replace(":port", ":443", StringComparison.Ordinal)}\"]").Single().Discovered.Should().ContainSingle();

    [Test]
    public void The_realms_are_valid() => TestDocuments.Read(Page.Blocks("yaml")[0]).Should().HaveCount(2);

    [Test]
    public void The_target_files_in_YAML_and_in_JSON_are_equal()
    {
        var yaml = TargetDocuments.Read(Page.Blocks("yaml")[1], "/etc/a.yaml").Show();

        yaml.Should().Be("thanos-1.eu.example.com:443 dns+thanos.eu.example.com:443 tier=hot");
        TargetDocuments.Read(Page.Blocks("json").Single(), "/etc/a.json").Show().Should().Be(yaml);
    }

    [TestCaseSource(nameof(CodeBlocks))]
    public void The_code_compiles(string code) => PageContent.LinesOf(code).Should().BeSubsetOf(PageContent.LinesOfFile("EndpointsPageSnippet.cs"));

    private static TimeSpan TimeOf(string cell) => Duration.TryParse(MarkdownPage.Row.CodeOf(cell)!, out var time) ? time : throw new AssertionException($"'{cell}' is not a duration.");
}
