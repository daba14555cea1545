using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>A store that keeps its connections and says nothing must not keep the others from answering.</summary>
[Platform(Exclude = "Win", Reason = "Windows cannot freeze a process by a signal.")]
public sealed class SilentStoreTests
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
    public async Task The_others_answer_once_it_was_silent_for_too_long()
    {
        var (values, warnings) = await _querier.QueryAsync("up");

        values.Keys.Should().BeEquivalentTo("local", "edge", "eu");
        warnings.Should().ContainSingle().Which.Should().Contain("remote-us").And.Contain("sent nothing for 2 s");
    }

    [Test]
    public async Task Its_labels_are_not_waited_for_either()
    {
        var answer = await _querier.GetAsync("/api/v1/label/cluster/values");

        answer["data"]!.AsArray().Select(value => (string)value!).Should().Equal("edge", "eu", "local");
        ((string)answer["warnings"]![0]!).Should().Contain("remote-us");
    }

    [Test]
    public async Task A_query_that_may_not_take_that_long_times_out()
    {
        var answer = await _querier.GetAsync("/api/v1/query?query=up&timeout=200ms");

        ((string)answer["status"]!).Should().Be("error");
        ((string)answer["errorType"]!).Should().Be("timeout");
    }
}
