using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>The demo after <c>dotnet run</c>, through its HTTP API and promtool.</summary>
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
    public async Task Four_stores_in_three_realms_are_up()
    {
        var stores = await _querier.GetStoresAsync();

        stores.Select(store => (string)store["realm"]!).Should().BeEquivalentTo("in-cluster", "in-cluster", "remote-eu", "remote-us");
        stores.Should().OnlyContain(store => (string)store["state"]! == "UP" && store["lastError"] == null);
    }

    [TestCase("remote-eu", "CN=store.eu.example.com", "CN=querier.eu.example.com")]
    [TestCase("remote-us", "CN=store.us.example.com", "CN=querier.us.example.com")]
    public async Task A_remote_store_is_called_with_the_certificates_of_its_realm(string realm, string peer, string presented)
    {
        var tls = (await _querier.GetStoreAsync(realm))["tls"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)tls["protocol"]!, Is.EqualTo("Tls13"));
            Assert.That((string)tls["peerSubject"]!, Is.EqualTo(peer));
            Assert.That((string)tls["presented"]!, Is.EqualTo(presented));
            Assert.That((string)tls["peerNames"]![0]!, Is.EqualTo(peer["CN=".Length..]));
        }
    }

    [Test]
    public async Task The_store_in_the_cluster_is_plaintext() =>
        (await _querier.GetStoreAsync("in-cluster"))["tls"].Should().BeNull();

    [Test]
    public async Task The_store_from_a_target_file_has_the_labels_of_the_file()
    {
        var listed = (await _querier.GetStoresAsync()).Single(store => (string)store["source"]! != "endpoints");
        var sources = (await _querier.GetAsync("/api/v1/sources"))["data"]!.AsArray();

        ((string)listed["source"]!).Should().EndWith("in-cluster.json");
        listed["labels"]!.ToJsonString().Should().Be("""{"zone":"edge-1"}""");
        ((string)listed["health"]!).Should().Be("healthy");
        sources.Should().ContainSingle();
        ((string)sources[0]!["name"]!).Should().Be((string)listed["source"]!);
        ((int)sources[0]!["count"]!).Should().Be(1);
    }

    [Test]
    public async Task Every_store_returns_one_sample_and_later_a_newer_one()
    {
        var (first, warnings) = await _querier.QueryAsync("process_cpu_seconds_total");
        var (later, _) = await Eventually.Async(() => _querier.QueryAsync("process_cpu_seconds_total"), answer => !answer.Values.Intersect(first).Any());

        first.Keys.Should().BeEquivalentTo("local", "edge", "eu", "us");
        warnings.Should().BeEmpty();
        later.Should().HaveCount(4).And.NotIntersectWith(first);
    }

    [Test]
    public async Task Replicas_are_merged_into_one_series_if_requested()
    {
        var apart = await _querier.GetAsync("/api/v1/query?query=up&replicaLabels[]=cluster&dedup=false");
        var together = await _querier.GetAsync("/api/v1/query?query=up&replicaLabels[]=cluster");

        apart["data"]!["result"]!.AsArray().Should().HaveCount(4);
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
    [TestCase("query?query=up&lookback_delta=1m", "bad_data", "always 5m")]
    [TestCase("rules", "not_found", "/api/v1/rules")]
    public async Task Reports_why_a_request_is_invalid(string path, string type, string detail)
    {
        var answer = await _querier.GetAsync($"/api/v1/{path}");

        ((string)answer["status"]!).Should().Be("error");
        ((string)answer["errorType"]!).Should().Be(type);
        ((string)answer["error"]!).Should().Contain(detail);
    }

    [Test]
    public async Task An_unreadable_form_is_a_bad_request([Values("application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data; boundary=x")] string type)
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent("query=up"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await client.PostAsync($"{_querier.Url}/api/v1/query", content);

        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("bad_data"));
    }

    [Test]
    public async Task A_truncated_result_has_a_warning()
    {
        var answer = await _querier.GetAsync("/api/v1/query?query=up&limit=1");

        answer["data"]!["result"]!.AsArray().Should().ContainSingle();
        ((string)answer["warnings"]![0]!).Should().Be("results truncated due to limit");
    }

    [Test]
    public async Task Accepts_a_matcher_with_hundreds_of_alternatives()
    {
        var (values, warnings) = await _querier.QueryAsync($"up{{cluster=~\"{string.Join('|', Enumerable.Range(0, 300).Select(i => $"node-{i:0000}.example.com"))}|eu\"}}");

        values.Keys.Should().Equal("eu");
        warnings.Should().BeEmpty();
    }

    [Test]
    public async Task Health_endpoints_accept_HEAD([Values("healthy", "ready")] string what)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{_querier.Url}/-/{what}");

        using var response = await client.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task The_page_shows_every_realm_and_its_protection()
    {
        var page = await _querier.GetPageAsync();

        page.Should().ContainAll("in-cluster", "remote-eu", "remote-us", "Plaintext", "mTLS", "TLS 1.3", "CN=store.us.example.com", "TLS_AES_");
    }

    [TestCase("query labels {0} cluster", "edge\neu\nlocal\nus")]
    [TestCase("query series --match=up {0}", "{{__name__=\"up\", cluster=\"edge\"}}\n{{__name__=\"up\", cluster=\"eu\"}}\n{{__name__=\"up\", cluster=\"local\"}}\n{{__name__=\"up\", cluster=\"us\"}}")]
    [TestCase("query instant {0} up", "up{{cluster=\"eu\"}} => 1 @")]
    [TestCase("query range --step=1s {0} up", "up{{cluster=\"us\"}} =>")]
    public async Task Promtool_reads_the_answer(string arguments, string expected)
    {
        var output = await Peer.RunAsync("promtool", string.Format(null, arguments, _querier.Url).Split(' '));

        output.Should().Contain(string.Format(null, expected));
    }
}
