using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>Queries while a store does not respond but keeps its connections.</summary>
[Platform(Exclude = "Win", Reason = "Windows has no signal that stops a process.")]
public sealed class UnresponsiveStoreTests
{
    private QuerierProcess _querier = null!;
    private int _frozen;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _querier = await QuerierProcess.StartDemoAsync("--store.response-timeout", "2s");
        _frozen = _querier.Stores["us"];
        await Signals.FreezeAsync(_frozen);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_frozen > 0)
            await Signals.ThawAsync(_frozen);
        if (_querier is not null)
            await _querier.DisposeAsync();
    }

    [Test]
    public async Task A_query_returns_the_other_stores_after_the_response_timeout()
    {
        var (values, warnings) = await _querier.QueryAsync("up");

        values.Keys.Should().BeEquivalentTo("local", "edge", "eu");
        warnings.Should().ContainSingle().Which.Should().Contain("remote-us").And.Contain("sent nothing for 2 s");
    }

    [Test]
    public async Task A_label_query_returns_the_other_stores_too()
    {
        var answer = await _querier.GetAsync("/api/v1/label/cluster/values");

        answer["data"]!.AsArray().Select(value => (string)value!).Should().Equal("edge", "eu", "local");
        ((string)answer["warnings"]![0]!).Should().Contain("remote-us");
    }

    [Test]
    public async Task A_query_with_a_shorter_timeout_times_out()
    {
        var answer = await _querier.GetAsync("/api/v1/query?query=up&timeout=200ms");

        ((string)answer["status"]!).Should().Be("error");
        ((string)answer["errorType"]!).Should().Be("timeout");
    }
}
