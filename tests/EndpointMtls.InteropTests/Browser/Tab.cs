using Microsoft.Playwright;

namespace EndpointMtls.InteropTests.Browser;

/// <summary>A tab with the page, and all that it complained of.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public Tab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => Note(true, error);
        page.RequestFailed += (_, request) => Note(true, $"{request.Url}: {request.Failure}");
        page.Response += (_, response) => Note(!response.Ok, $"{response.Url}: {response.Status}");
    }

    public IPage Page { get; }

    /// <summary>Errors of the console, and requests that failed.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
                return [.. _complaints];
        }
    }

    /// <summary>What is read to those who do not see.</summary>
    public ILocator News => Page.GetByRole(AriaRole.Status);

    public ILocator Freshness => Page.Locator("#freshness");

    /// <summary>The row of an endpoint, with its error.</summary>
    public ILocator Row(string address) => Page.Locator($"[id='endpoint:{Uri.EscapeDataString(address)}']");

    /// <summary>Waits until the script is at work.</summary>
    public Task IsLiveAsync() => Assertions.Expect(Freshness).ToContainTextAsync("Live, as of");

    /// <summary>Keeps a picture beside the results of the tests.</summary>
    public async Task KeepPictureAsync(string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots", $"{name}.png");
        await Page.ScreenshotAsync(new() { Path = path, FullPage = true, Animations = ScreenshotAnimations.Disabled });
        TestContext.AddTestAttachment(path);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(bool isComplaint, string text)
    {
        if (!isComplaint)
            return;
        lock (_complaints)
            _complaints.Add(text);
    }
}
