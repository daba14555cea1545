using EndpointMtls.InteropTests.Support;
using Microsoft.Playwright;

namespace EndpointMtls.InteropTests.Browser;

/// <summary>The Chromium of the system, headless.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright _driver;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright driver, IBrowser browser) => (_driver, _browser) = (driver, browser);

    public static async Task<Chromium> StartAsync()
    {
        var path = Peer.Require("chromium");
        Assertions.SetDefaultExpectTimeout((float)Eventually.Timeout.TotalMilliseconds);
        var driver = await Playwright.CreateAsync();
        return new Chromium(driver, await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [],
        }));
    }

    /// <summary>Opens a tab in a new browser context, without cookies or storage.</summary>
    public async Task<Tab> OpenAsync(string url, BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.ViewportSize ??= new() { Width = 1440, Height = 1000 };
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout((float)Eventually.Timeout.TotalMilliseconds);
        var tab = new Tab(context, await context.NewPageAsync());
        await tab.Page.GotoAsync(url);
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _driver.Dispose();
    }
}
