using System.Text.Json.Nodes;
using EndpointMtls.InteropTests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>Stores that die and come back, as the API and the page tell it.</summary>
public sealed class LiveStoreTests
{
    private static readonly string[] Everyone = ["near", "edge", "far"];

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
    public async Task A_strict_store_is_missed_until_it_is_back()
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
            Assert.That(down["labelSets"]!.ToJsonString(), Is.EqualTo("""[{"cluster":"far"}]"""), "What it announced stays.");
            Assert.That(partial.Keys, Is.EquivalentTo(Everyone.Except(["far"])));
            Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains(_stores.Strict.Address).And.All.Contains("Refused"));
            Assert.That(page, Does.Contain("1 endpoint is down").And.Contain("It is strict: it is still asked").And.Contain(_stores.Strict.Address));
            Assert.That((string?)up["state"], Is.EqualTo("UP"));
            Assert.That(up["lastError"], Is.Null);
            Assert.That(complete.Keys, Is.EquivalentTo(Everyone));
            Assert.That(noWarnings, Is.Empty);
        }
    }

    [Test]
    public async Task A_store_that_is_not_strict_is_not_asked_until_it_is_back()
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
            Assert.That(partial.Keys, Is.EquivalentTo(Everyone.Except(["near"])));
            Assert.That(warnings, Has.Count.EqualTo(1).And.All.Contains(_stores.Loose.Address).And.All.Contains("not strict, so it was not asked"));
            Assert.That((string?)strictly["status"], Is.EqualTo("success"));
            Assert.That(page, Does.Contain("1 endpoint is down").And.Contain("It is not strict: it is not asked"));
            Assert.That(complete.Keys, Is.EquivalentTo(Everyone));
            Assert.That(noWarnings, Is.Empty);
        }
    }

    [Test]
    public async Task A_store_leaves_and_comes_with_the_file_that_lists_it()
    {
        _stores.List();
        var left = await Eventually.Async(Querier.GetStoresAsync, stores => stores.Count == 2);
        var (without, warnings) = await Querier.QueryAsync("up");
        _stores.List(_stores.Found.Address);
        await GetWhenAsync(_stores.Found, "healthy");
        var (with, _) = await Querier.QueryAsync("up{cluster=\"edge\"}");

        left.Should().HaveCount(2);
        without.Keys.Should().BeEquivalentTo("near", "far");
        warnings.Should().BeEmpty("what nobody lists is not missed");
        with.Keys.Should().Equal("edge");
    }

    private Task<JsonObject> GetWhenAsync(StoreProcess store, string health) => Eventually.Async(
        async () => (await Querier.GetStoresAsync()).SingleOrDefault(found => (string)found["name"]! == store.Address) ?? [],
        found => (string?)found["health"] == health);
}
