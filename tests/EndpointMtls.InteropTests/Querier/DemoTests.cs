using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>The demo as it is after <c>dotnet run</c>, seen through its HTTP API and through promtool.</summary>
public sealed class DemoTests
{
    private QuerierProcess _querier = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _querier = await QuerierProcess.StartDemoAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_querier is not null)
            await _querier.DisposeAsync();
    }

    [Test]
    public async Task Three_stores_in_three_realms_are_up()
    {
        var stores = await _querier.GetStoresAsync();

        stores.Select(store => (string)store["realm"]!).Should().BeEquivalentTo("in-cluster", "remote-eu", "remote-us");
        stores.Should().OnlyContain(store => (string)store["state"]! == "UP" && store["lastError"] == null);
    }

    [TestCase("remote-eu", "CN=store.eu.example.com", "CN=querier.eu.example.com")]
    [TestCase("remote-us", "CN=store.us.example.com", "CN=querier.us.example.com")]
    public async Task A_remote_store_is_reached_with_its_realms_certificates(string realm, string peer, string presented)
    {
        var tls = (await _querier.GetStoreAsync(realm))["tls"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)tls["protocol"]!, Is.EqualTo("Tls13"));
            Assert.That((string)tls["peerSubject"]!, Is.EqualTo(peer));
            Assert.That((string)tls["presented"]!, Is.EqualTo(presented));
        }
    }

    [Test]
    public async Task The_store_in_the_cluster_is_plaintext() =>
        (await _querier.GetStoreAsync("in-cluster"))["tls"].Should().BeNull();

    [Test]
    public async Task Every_store_has_one_sample_and_it_is_fresh()
    {
        var (first, warnings) = await _querier.QueryAsync("process_cpu_seconds_total");
        var (later, _) = await Eventually.Async(() => _querier.QueryAsync("process_cpu_seconds_total"), answer => !answer.Values.Intersect(first).Any());

        first.Keys.Should().BeEquivalentTo("local", "eu", "us");
        warnings.Should().BeEmpty();
        later.Should().HaveCount(3).And.NotIntersectWith(first);
    }

    [Test]
    public async Task Replicas_are_made_one_series_on_demand()
    {
        var apart = await _querier.GetAsync("/api/v1/query?query=up&replicaLabels[]=cluster&dedup=false");
        var together = await _querier.GetAsync("/api/v1/query?query=up&replicaLabels[]=cluster");

        apart["data"]!["result"]!.AsArray().Should().HaveCount(3);
        together["data"]!["result"]!.AsArray().Should().ContainSingle().Which!["metric"]!.ToJsonString().Should().Be("""{"__name__":"up"}""");
    }

    [TestCase("query?query=rate(up[5m])", "bad_data", "functions and aggregations")]
    [TestCase("query", "bad_data", "\"query\" is missing")]
    [TestCase("query?query=up&time=noon", "bad_data", "'noon' is not Unix seconds")]
    [TestCase("query?query=up&timeout=0", "bad_data", "must be positive")]
    [TestCase("query?query=up&dedup=maybe", "bad_data", "'maybe' is not true or false")]
    [TestCase("query?query={}", "bad_data", "at least one matcher")]
    [TestCase("query_range?query=up&start=0&end=10", "bad_data", "\"step\" is missing")]
    [TestCase("query_range?query=up&start=0&end=10&step=0", "bad_data", "at least one millisecond")]
    [TestCase("query_range?query=up&start=10&end=0&step=1", "bad_data", "before the start")]
    [TestCase("query_range?query=up&start=0&end=11001&step=1", "bad_data", "11,000 points")]
    [TestCase("series", "bad_data", "match[]")]
    [TestCase("series?match[]={a=~\".*\"}", "bad_data", "at least one matcher")]
    [TestCase("rules", "not_found", "/api/v1/rules")]
    public async Task A_request_that_cannot_be_answered_says_why(string path, string type, string detail)
    {
        var answer = await _querier.GetAsync($"/api/v1/{path}");

        ((string)answer["status"]!).Should().Be("error");
        ((string)answer["errorType"]!).Should().Be(type);
        ((string)answer["error"]!).Should().Contain(detail);
    }

    [Test]
    public async Task The_page_shows_every_realm_and_its_protection()
    {
        var page = await _querier.GetPageAsync();

        page.Should().ContainAll("in-cluster", "remote-eu", "remote-us", "Plaintext", "mTLS", "TLS 1.3", "CN=store.us.example.com", "TLS_AES_");
    }

    [TestCase("query labels {0} cluster", "eu\nlocal\nus")]
    [TestCase("query series --match=up {0}", "{{__name__=\"up\", cluster=\"eu\"}}\n{{__name__=\"up\", cluster=\"local\"}}\n{{__name__=\"up\", cluster=\"us\"}}")]
    [TestCase("query instant {0} up", "up{{cluster=\"eu\"}} => 1 @")]
    [TestCase("query range --step=1s {0} up", "up{{cluster=\"us\"}} =>")]
    public async Task Promtool_understands_the_answer(string arguments, string expected)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);

        var output = await Peer.RunAsync("promtool", string.Format(null, arguments, _querier.Url).Split(' '), patience.Token);

        output.Should().Contain(string.Format(null, expected));
    }
}
