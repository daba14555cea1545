using System.Text.Json.Nodes;
using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>What the API and the page show of stores that stop and come back.</summary>
public sealed class LiveStoreTests
{
    private static readonly string[] AllStores = ["near", "edge", "far"];

    private LiveStores _stores = null!;

    private QuerierProcess Querier => _stores.Querier;

    [SetUp]
    public async Task StartAsync() => _stores = await LiveStores.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_stores is not null)
            await _stores.DisposeAsync();
    }

    [Test]
    public async Task A_stopped_strict_store_is_missing_from_answers_until_it_is_back()
    {
        await _stores.Strict.KillAsync();
        var down = await GetWhenAsync(_stores.Strict, "unhealthy");
        var (partial, warnings) = await Querier.QueryAsync("up");
        var page = await Querier.GetPageAsync();
        await _stores.Strict.StartAsync();
        var up = await GetWhenAsync(_stores.Strict, "healthy");
        var (complete, noWarnings) = await Querier.QueryAsync("up");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)down["state"], Is.EqualTo("DOWN"));
            Assert.That((string?)down["reason"], Is.EqualTo("Refused"));
            Assert.That((bool)down["strict"]!, Is.True);
            Assert.That((DateTimeOffset)down["lastAttempt"]!, Is.GreaterThan((DateTimeOffset)down["lastCheck"]!));
            Assert.That(down["labelSets"]!.ToJsonString(), Is.EqualTo("""[{"cluster":"far"}]"""), "The labels of the last answer are kept.");
            Assert.That(partial.Keys, Is.EquivalentTo(AllStores.Except(["far"])));
            Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains(_stores.Strict.Address).And.All.Contains("Refused"));
            Assert.That(page, Does.Contain("1 endpoint is down").And.Contain("It is strict: it is still queried").And.Contain(_stores.Strict.Address));
            Assert.That((string?)up["state"], Is.EqualTo("UP"));
            Assert.That(up["lastError"], Is.Null);
            Assert.That(complete.Keys, Is.EquivalentTo(AllStores));
            Assert.That(noWarnings, Is.Empty);
        }
    }

    [Test]
    public async Task A_stopped_store_that_is_not_strict_is_not_queried_until_it_is_back()
    {
        await _stores.Loose.KillAsync();
        await GetWhenAsync(_stores.Loose, "unhealthy");
        var (partial, warnings) = await Querier.QueryAsync("up");
        var strictly = await Querier.GetAsync("/api/v1/query?query=up&partial_response=false");
        var page = await Querier.GetPageAsync();
        await _stores.Loose.StartAsync();
        await GetWhenAsync(_stores.Loose, "healthy");
        var (complete, noWarnings) = await Querier.QueryAsync("up");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(partial.Keys, Is.EquivalentTo(AllStores.Except(["near"])));
            Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains(_stores.Loose.Address).And.All.Contains("not strict, so it was not queried"));
            Assert.That((string?)strictly["status"], Is.EqualTo("success"));
            Assert.That(page, Does.Contain("1 endpoint is down").And.Contain("It is not strict: it is not queried"));
            Assert.That(complete.Keys, Is.EquivalentTo(AllStores));
            Assert.That(noWarnings, Is.Empty);
        }
    }

    [Test]
    public async Task A_store_is_removed_and_added_with_its_target_file()
    {
        _stores.List();
        var remaining = await Eventually.Async(Querier.GetStoresAsync, stores => stores.Count == 2);
        var (without, warnings) = await Querier.QueryAsync("up");
        _stores.List(_stores.FromFile.Address);
        await GetWhenAsync(_stores.FromFile, "healthy");
        var (with, _) = await Querier.QueryAsync("up{cluster=\"edge\"}");

        remaining.Should().HaveCount(2);
        without.Keys.Should().BeEquivalentTo("near", "far");
        warnings.Should().BeEmpty("the store is not listed");
        with.Keys.Should().Equal("edge");
    }

    private Task<JsonObject> GetWhenAsync(StoreProcess store, string health) => Eventually.Async(
        async () => (await Querier.GetStoresAsync()).SingleOrDefault(found => (string)found["name"]! == store.Address) ?? [],
        found => (string?)found["health"] == health);
}
