using System.Reflection;
using System.Text.RegularExpressions;
using EndpointMtls.AspNetCore;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/architecture.md names types and members that exist, where it says where something is decided.</summary>
public sealed partial class SignpostTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly IReadOnlyList<MarkdownPage.Row> Rows = new MarkdownPage("docs/architecture.md").Table("## Where is it decided?");

    private static readonly ILookup<string, Type> Types =
        new[] { typeof(IEndpointChannelFactory).Assembly, typeof(EndpointMtlsAuthenticationDefaults).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).ToLookup(type => type.Name.Split('`')[0]);

    private static IEnumerable<TestCaseData> Names =>
        from row in Rows
        from name in Name().Matches(row["code"]).Select(match => match.Groups[1].Value)
        select new TestCaseData(name).SetArgDisplayNames(row["question"], name);

    [Test]
    public void Every_question_has_an_answer() =>
        Rows.Should().HaveCountGreaterThanOrEqualTo(25).And.OnlyContain(row => row["question"].EndsWith('?') && Name().IsMatch(row["code"]));

    [TestCaseSource(nameof(Names))]
    public void A_named_type_or_member_exists(string name)
    {
        if (Path.Exists(Repository.Path($"src/EndpointMtls/{name}")) || Path.Exists(Repository.Path($"src/{name}")))
        {
            return;
        }

        var parts = name.Split('.');
        Types[parts[0]].Should().NotBeEmpty("docs/architecture.md names the type '{0}'", parts[0]);
        if (parts is [var type, var member])
        {
            Types[type].SelectMany(candidate => candidate.GetMember(member, All)).Should().NotBeEmpty("docs/architecture.md names '{0}'", name);
        }
    }

    [Test]
    public void Every_test_that_shows_a_promise_exists() =>
        new MarkdownPage("docs/architecture.md").Table("## Which test shows it?")
            .SelectMany(row => Name().Matches(row["test"])).Select(match => match.Groups[1].Value)
            .Should().NotBeEmpty().And.BeSubsetOf(typeof(SignpostTests).Assembly.GetTypes().Select(type => type.Name));

    [GeneratedRegex("`([A-Za-z.]+)`")]
    private static partial Regex Name();
}
