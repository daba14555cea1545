using System.Net;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>When <c>/-/ready</c> reports ready, and its text before.</summary>
public sealed class ReadinessTests
{
    [TestCase("all_strict", HttpStatusCode.ServiceUnavailable, "far")]
    [TestCase("any_per_realm", HttpStatusCode.ServiceUnavailable, "far")]
    [TestCase("any", HttpStatusCode.OK, "The querier is ready.")]
    public async Task The_policy_decides_whether_a_strict_store_without_answers_prevents_readiness(string policy, HttpStatusCode expected, string text)
    {
        using var folder = new TempFolder();
        await using var store = await StoreProcess.StartAsync("near");
        var config = folder.Write("endpoints.yaml", $"- name: near\n  endpoints: [\"{store.Address}\"]\n- name: far\n  endpoints: [\"127.0.0.1:1\"]\n  mode: strict\n");
        await using var querier = await QuerierProcess.StartUnreadyAsync(config, "--readiness", policy);
        await Eventually.Async(querier.GetStoresAsync, stores => stores.Count == 2 && stores.All(found => found["lastAttempt"] is not null));

        using var client = new HttpClient();
        using var response = await client.GetAsync($"{querier.Url}/-/ready");

        response.StatusCode.Should().Be(expected);
        (await response.Content.ReadAsStringAsync()).Should().Contain(text);
    }
}
