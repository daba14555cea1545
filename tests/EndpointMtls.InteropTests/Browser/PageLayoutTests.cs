using EndpointMtls.InteropTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EndpointMtls.InteropTests.Browser;

/// <summary>The layout of the page in light and dark mode and at every width, and its accessibility.</summary>
public sealed class PageLayoutTests
{
    private Chromium _browser = null!;
    private LiveStores _stores = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _browser = await Chromium.StartAsync();
        _stores = await LiveStores.StartAsync();
        await _stores.Loose.KillAsync();
        await Eventually.Async(_stores.Querier.GetStoresAsync, stores => stores.Any(store => store["lastError"] is not null));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_stores is not null)
            await _stores.DisposeAsync();
    }

    [TestCase(360, 800, "phone")]
    [TestCase(768, 1024, "tablet")]
    [TestCase(1280, 900, "laptop")]
    [TestCase(1920, 1080, "screen")]
    [TestCase(3840, 2160, "wall")]
    public async Task The_page_needs_no_horizontal_scrolling(int width, int height, string name)
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url, new() { ViewportSize = new() { Width = width, Height = height } });
        await tab.IsLiveAsync();
        await tab.SaveScreenshotAsync(name);

        var tooWide = await tab.Page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll("body, body *")]
              .filter(one => one.getBoundingClientRect().right > innerWidth + 1 || (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline" && one.id !== "news" && one.tagName !== "THEAD" && !one.closest("thead")))
              .map(one => `${one.tagName} ${one.textContent.slice(0, 60)}`)
            """);
        tooWide.Should().BeEmpty();
        Assert.That(await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width));
    }

    [TestCase(ColorScheme.Light, "desktop-light", 700, 765)]
    [TestCase(ColorScheme.Dark, "desktop-dark", 0, 120)]
    public async Task All_text_has_enough_contrast_in_the_requested_color_scheme(ColorScheme scheme, string name, int darkest, int brightest)
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url, new() { ColorScheme = scheme });
        await tab.IsLiveAsync();
        await tab.SaveScreenshotAsync(name);

        var brightness = await tab.Page.EvaluateAsync<int>("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)");
        var unreadable = await tab.Page.EvaluateAsync<string[]>("""
            (() => {
              const parts = colour => colour.match(/[0-9.]+/g).map(Number);
              const light = colour => parts(colour).slice(0, 3).map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
              const back = one => one && parts(getComputedStyle(one).backgroundColor)[3] !== 0 ? getComputedStyle(one).backgroundColor : one ? back(one.parentElement) : "rgb(255, 255, 255)";
              return [...document.querySelectorAll("body *:not(script)")]
                .filter(one => [...one.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.data.trim()))
                .map(one => [one, [light(getComputedStyle(one).color), light(back(one))].sort((a, b) => b - a)])
                .filter(([, [brighter, darker]]) => (brighter + 0.05) / (darker + 0.05) < 4.5)
                .map(([one]) => `${one.tagName} ${one.textContent.slice(0, 60)}`);
            })()
            """);

        unreadable.Should().BeEmpty();
        Assert.That(brightness, Is.InRange(darkest, brightest));
        tab.Problems.Should().BeEmpty();
    }

    [Test]
    public async Task Without_JavaScript_the_tables_are_complete_and_the_page_reloads_itself()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url, new() { JavaScriptEnabled = false });
        await tab.SaveScreenshotAsync("no-script");

        await Expect(tab.Row(_stores.Strict.Address)).ToContainTextAsync("✓ Up");
        await Expect(tab.Row(_stores.FromFile.Address)).ToContainTextAsync("a file");
        await Expect(tab.Row(_stores.Loose.Address)).ToContainTextAsync("the connection was refused", new() { IgnoreCase = true });
        await Expect(tab.Page.Locator("#sources tbody")).ToHaveCountAsync(1);
        await Expect(tab.Page.Locator("#realms tbody")).ToHaveCountAsync(2);
        await Expect(tab.Freshness).ToContainTextAsync("As of");
        (await tab.Page.ContentAsync()).Should().Contain("<meta http-equiv=\"refresh\" content=\"10\">");
        tab.Problems.Should().BeEmpty();
    }

    [Test]
    public async Task The_page_is_accessible_to_screen_readers()
    {
        await using var tab = await _browser.OpenAsync(_stores.Querier.Url);
        await tab.IsLiveAsync();

        var faults = await tab.Page.EvaluateAsync<string[]>("""
            (() => {
              const all = query => [...document.querySelectorAll(query)];
              const ids = all("[id]").map(one => one.id);
              return [
                ...(document.documentElement.lang === "en" ? [] : ["no language"]),
                ...(document.title ? [] : ["no title"]),
                ...(all("h1").length === 1 && all("main").length === 1 ? [] : ["not one h1 and one main"]),
                ...all("table").filter(one => !one.caption?.textContent.trim()).map(() => "a table without a caption"),
                ...all("th").filter(one => !one.scope || !one.textContent.trim()).map(() => "a heading without a scope or a text"),
                ...all("table, thead, tbody, tr, th, td").filter(one => !one.getAttribute("role")).map(one => `${one.tagName} without a role, which it loses as a card`),
                ...all("tbody tr:not(.error) > *").filter(one => !one.dataset.label).map(() => "a cell without a label"),
                ...all("tbody tr").filter(one => [...one.cells].reduce((sum, cell) => sum + cell.colSpan, 0) !== one.closest("table").tHead.rows[0].cells.length).map(one => `a row that does not fit its head: ${one.textContent}`),
                ...all("a").filter(one => !one.textContent.trim()).map(() => "a link without a text"),
                ...all("a[href^='#']").filter(one => !document.getElementById(one.getAttribute("href").slice(1))).map(one => `a link to nowhere: ${one.getAttribute("href")}`),
                ...ids.filter((id, index) => ids.indexOf(id) !== index).map(id => `${id} twice`),
              ];
            })()
            """);

        faults.Should().BeEmpty();
        await Expect(tab.News).ToHaveCountAsync(1);
    }
}
