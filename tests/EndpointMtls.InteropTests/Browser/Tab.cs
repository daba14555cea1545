using Microsoft.Playwright;

namespace EndpointMtls.InteropTests.Browser;

/// <summary>A tab with the page, and its errors and warnings.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];

    public Tab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => Note(true, error);
        page.RequestFailed += (_, request) => Note(true, $"{request.Url}: {request.Failure}");
        page.Response += (_, response) => Note(!response.Ok, $"{response.Url}: {response.Status}");
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and failed requests.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_problems)
                return [.. _problems];
        }
    }

    /// <summary>The status region that screen readers announce.</summary>
    public ILocator News => Page.GetByRole(AriaRole.Status);

    public ILocator Freshness => Page.Locator("#freshness");

    /// <summary>The row of an endpoint, with its error.</summary>
    public ILocator Row(string address) => Page.Locator($"[id='endpoint:{Uri.EscapeDataString(address)}']");

    /// <summary>Waits until the script updates the page.</summary>
    public Task IsLiveAsync() => Assertions.Expect(Freshness).ToContainTextAsync("Live, as of");

    /// <summary>Saves a screenshot with the test results.</summary>
    public async Task SaveScreenshotAsync(string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots", $"{name}.png");
        await Page.ScreenshotAsync(new() { Path = path, FullPage = true, Animations = ScreenshotAnimations.Disabled });
        TestContext.AddTestAttachment(path);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(bool isProblem, string text)
    {
        if (!isProblem)
            return;
        lock (_problems)
            _problems.Add(text);
    }
}
