using EndpointMtls.InteropTests.Support;
using static Microsoft.Playwright.Assertions;

namespace EndpointMtls.InteropTests.Browser;

/// <summary>How the open page updates itself.</summary>
public sealed class LivePageTests
{
    private Chromium _browser = null!;
    private LiveStores _stores = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _browser = await Chromium.StartAsync();
        _stores = await LiveStores.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_stores is not null)
            await _stores.DisposeAsync();
    }

    [Test]
    public async Task Shows_and_announces_that_a_store_goes_down_and_comes_back()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        await tab.IsLiveAsync();
        await tab.Page.EvaluateAsync("window.isTheSame = true");
        var (row, address) = (tab.Row(_stores.Strict.Address), _stores.Strict.Address);
        await Expect(row).ToContainTextAsync("✓ Up");
        await Expect(tab.News).ToBeEmptyAsync();

        await _stores.Strict.KillAsync();
        await Expect(row).ToContainTextAsync("✕ Down");
        await Expect(row).ToContainTextAsync("It is strict: it is still queried");
        await Expect(tab.News).ToHaveTextAsync($"{address} of far is down: refused.");
        await Expect(tab.Page).ToHaveTitleAsync("2 of 3 up · Querier");
        await tab.SaveScreenshotAsync("store-down");

        await _stores.Strict.StartAsync();
        await Expect(row).ToContainTextAsync("✓ Up");
        await Expect(row).Not.ToContainTextAsync("strict: it is still queried");
        await Expect(tab.News).ToHaveTextAsync($"{address} of far is up.");
        await Expect(tab.Page).ToHaveTitleAsync("3 of 3 up · Querier");

        Assert.That(await tab.Page.EvaluateAsync<bool>("window.isTheSame"), Is.True, "The page was not reloaded.");
        tab.Problems.Should().BeEmpty();
    }

    [Test]
    public async Task A_hidden_tab_keeps_no_connection()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        await tab.IsLiveAsync();

        await ShowAsync(tab, isHidden: true);
        Assert.That(await tab.Page.EvaluateAsync<int>("source.readyState"), Is.EqualTo(2), "The stream is closed.");

        await ShowAsync(tab, isHidden: false);
        // Not by WaitForFunctionAsync: the page's Content-Security-Policy forbids the eval that it needs.
        var state = await Eventually.Async(() => tab.Page.EvaluateAsync<int>("source.readyState"), state => state == 1);
        Assert.That(state, Is.EqualTo(1), "The stream is open again.");
    }

    [Test]
    public async Task An_update_keeps_focus_selection_and_scroll_position()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url, new() { ViewportSize = new() { Width = 1280, Height = 400 } });
        await tab.IsLiveAsync();
        await tab.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "near" }).FocusAsync();
        await tab.Row(_stores.Loose.Address).Locator("th span").EvaluateAsync("cell => getSelection().selectAllChildren(cell)");
        await tab.Page.EvaluateAsync("scrollTo(0, 60)");

        await _stores.Strict.KillAsync();
        await Expect(tab.Row(_stores.Strict.Address)).ToContainTextAsync("✕ Down");
        var state = await tab.Page.EvaluateAsync<string[]>("[document.activeElement.textContent, getSelection().toString(), String(scrollY)]");
        await _stores.Strict.StartAsync();
        await Expect(tab.Row(_stores.Strict.Address)).ToContainTextAsync("✓ Up");

        state[0].Should().Contain("near");
        state[1].Should().Be(_stores.Loose.Address);
        state[2].Should().Be("60");
        tab.Problems.Should().BeEmpty();
    }

    [Test]
    public async Task Rows_are_added_and_removed_with_their_target_file()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        var (listed, other) = (tab.Row(_stores.FromFile.Address), tab.Row(_stores.Loose.Address));
        await Expect(listed).ToContainTextAsync("zone=\"edge\"");
        await other.EvaluateAsync("row => row.isTheSame = true");

        _stores.List();
        await Expect(listed).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator("#sources")).ToContainTextAsync("near.json");
        _stores.List(_stores.FromFile.Address);
        await Expect(listed).ToContainTextAsync("✓ Up");

        Assert.That(await other.EvaluateAsync<bool>("row => row.isTheSame"), Is.True, "The other rows are unchanged.");
        tab.Problems.Should().BeEmpty();
    }

    [Test]
    public async Task Times_and_checks_are_updated_while_nothing_changes()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        await tab.IsLiveAsync();
        var check = tab.Row(_stores.Loose.Address).Locator("td[data-label='Last check'] time");
        var (text, since) = (await check.InnerTextAsync(), await check.GetAttributeAsync("datetime"));

        await Expect(check).Not.ToHaveTextAsync(text);
        await Expect(check).Not.ToHaveAttributeAsync("datetime", since!);
        await Expect(tab.News).ToBeEmptyAsync();
        tab.Problems.Should().BeEmpty();
    }

    [Test]
    public async Task Reports_a_stopped_querier_and_continues_when_it_is_back()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        await tab.IsLiveAsync();
        await tab.Page.EvaluateAsync("window.isTheSame = true");

        var gone = Expect(tab.Freshness).ToContainTextAsync("The querier does not answer.");
        await _stores.RestartQuerierAsync();
        await gone;
        await tab.IsLiveAsync();

        Assert.That(await tab.Page.EvaluateAsync<bool>("window.isTheSame"), Is.True, "The page was not reloaded.");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows cannot freeze a process by a signal.")]
    public async Task Detects_a_querier_that_does_not_respond()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        await tab.IsLiveAsync();

        await Signals.FreezeAsync(_stores.Querier.Process.Process.Id);
        try
        {
            await Expect(tab.Freshness).ToContainTextAsync("The querier does not answer.");
        }
        finally
        {
            await Signals.ThawAsync(_stores.Querier.Process.Process.Id);
        }

        await tab.IsLiveAsync();
    }

    private static async Task ShowAsync(Tab tab, bool isHidden) => await tab.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", isHidden);
}
