using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>Queries to the demo while it rotates its certificates.</summary>
public sealed partial class DemoRotationTests
{
    [Test]
    public async Task All_answers_are_complete_while_certificates_intermediates_and_roots_rotate()
    {
        await using var querier = await QuerierProcess.StartDemoAsync("--demo-rotate", "1s");
        var shownFirst = ShownGenerations(await querier.GetPageAsync());
        var incomplete = new List<string>();
        var answers = 0;

        var last = await Eventually.Async(QueryAndDescribeAsync, state => answers > 10 && state.Realms.All(IsRotated) && state.Connections.All(generation => generation > 6));
        var shownLast = ShownGenerations(await querier.GetPageAsync());

        TestContext.Out.WriteLine($"{answers} answers; generations {string.Join(", ", shownFirst)} to {string.Join(", ", shownLast)}.");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(incomplete, Is.Empty);
            Assert.That(answers, Is.GreaterThan(10));
            Assert.That(last.Realms, Has.All.Matches<JsonObject>(realm => IsRotated(realm!)));
            Assert.That(last.Realms, Has.All.Matches<JsonObject>(realm => realm!["lastError"] is null));
            Assert.That(last.Connections, Has.Count.EqualTo(2).And.All.GreaterThan(6));
            Assert.That(shownFirst, Has.Count.EqualTo(2));
            Assert.That(shownLast.Zip(shownFirst, (after, before) => after - before), Has.All.GreaterThanOrEqualTo(3));
            Assert.That(querier.Process.Errors, Does.Not.Contain("level=warn").And.Not.Contain("level=error"));
        }

        async Task<(IReadOnlyList<JsonObject> Realms, IReadOnlyList<int> Connections)> QueryAndDescribeAsync()
        {
            var (values, warnings) = await querier.QueryAsync("up");
            answers++;
            if (values.Count != 4 || warnings.Count > 0)
                incomplete.Add($"{string.Join(", ", values.Keys)}: {string.Join(' ', warnings)}");
            var realms = (await querier.GetAsync("/api/v1/realms"))["data"]!.AsArray().Select(realm => realm!.AsObject()).Where(realm => !(bool)realm["plaintext"]!);
            var stores = await querier.GetStoresAsync();
            return ([.. realms], [.. stores.Where(store => store["tls"] is not null).Select(store => (int)store["tls"]!["generation"]!)]);
        }
    }

    // Removed certificates are not used again.
    private static bool IsRotated(JsonObject realm) => (string)realm["name"]! == "remote-eu"
        ? !Subjects(realm, "anchors").Intersect(["CN=Demo EU Root", "CN=Demo EU Root 2"]).Any()
        : !Subjects(realm, "intermediates").Intersect(["CN=Demo US Intermediate", "CN=Demo US Intermediate 2"]).Any();

    private static IEnumerable<string> Subjects(JsonObject realm, string certificates) => realm[certificates]!.AsArray().Select(one => (string)one!["subject"]!);

    private static List<int> ShownGenerations(string page) =>
        [.. Generation().Matches(page).Select(match => int.Parse(match.Groups[1].Value, null))];

    [GeneratedRegex("data-label=\"Generation\"><span>([0-9]+)<small>since")]
    private static partial Regex Generation();
}
