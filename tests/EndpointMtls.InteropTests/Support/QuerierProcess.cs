using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A querier process and its HTTP API.</summary>
internal sealed partial class QuerierProcess : IAsyncDisposable
{
    private readonly HttpClient _client;

    private QuerierProcess(ChildProcess process, string url)
    {
        Process = process;
        Url = url;
        _client = new HttpClient { BaseAddress = new Uri(url), Timeout = Eventually.Timeout };
    }

    public ChildProcess Process { get; }

    public string Url { get; }

    /// <summary>The process ids of the demo's stores, by cluster.</summary>
    public IReadOnlyDictionary<string, int> Stores => StoreLine().Matches(Process.Output)
        .ToDictionary(match => match.Groups["cluster"].Value, match => int.Parse(match.Groups["pid"].Value, CultureInfo.InvariantCulture));

    /// <summary>Starts the demo on a free port.</summary>
    public static Task<QuerierProcess> StartDemoAsync(params string[] arguments) => LaunchAsync("Ctrl-C", arguments);

    /// <summary>Starts the querier on a free port, and waits until it is ready.</summary>
    public static Task<QuerierProcess> StartAsync(string endpointsConfig, params string[] arguments) =>
        LaunchAsync("listening", ["--endpoints-config", endpointsConfig, .. arguments]);

    /// <summary>Starts the querier on a free port. It may never become ready.</summary>
    public static Task<QuerierProcess> StartUnreadyAsync(string endpointsConfig, params string[] arguments) =>
        LaunchAsync("listening", ["--endpoints-config", endpointsConfig, .. arguments], mayBeUnready: true);

    public async Task<JsonObject> GetAsync(string path)
    {
        using var response = await _client.GetAsync(path);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    public async Task<string> GetPageAsync() => await _client.GetStringAsync("/");

    public async Task<IReadOnlyList<JsonObject>> GetStoresAsync() =>
        [.. (await GetAsync("/api/v1/stores"))["data"]!.AsObject().SelectMany(component => component.Value!.AsArray()).Select(store => store!.AsObject())];

    /// <summary>Gets the only store that a realm lists.</summary>
    public async Task<JsonObject> GetStoreAsync(string realm) => (await GetStoresAsync()).Single(store => (string)store["realm"]! == realm && (string)store["source"]! == "endpoints");

    /// <summary>Gets the values of an instant query by the label <c>cluster</c>, and its warnings.</summary>
    public async Task<(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Warnings)> QueryAsync(string query)
    {
        var answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
        var values = answer["data"]!["result"]!.AsArray().ToDictionary(one => (string)one!["metric"]!["cluster"]!, one => (string)one!["value"]![1]!);
        return (values, [.. answer["warnings"]?.AsArray().Select(warning => (string)warning!) ?? []]);
    }

    public async ValueTask DisposeAsync()
    {
        // On SIGTERM it removes its files and exits. It is killed only if it does not.
        if (!Process.Process.HasExited)
        {
            await Process.TerminateAsync();
            await Process.WaitForExitAsync();
        }

        _client.Dispose();
        await Process.DisposeAsync();
    }

    private static async Task<QuerierProcess> LaunchAsync(string readyText, string[] arguments, bool mayBeUnready = false)
    {
        string[] address = arguments.Contains("--http-address") ? [] : ["--http-address", "127.0.0.1:0"];

        // On a loaded machine a store may need more than the default of 5 s to answer a probe.
        var process = ChildProcess.StartSample("Querier", [.. address, "--endpoint.info-timeout", "60s", .. arguments]);
        try
        {
            var querier = new QuerierProcess(process, await process.ReadAsync(@"Querier listening on (\S+)"));
            await process.ReadAsync(readyText);
            var isReady = await Eventually.Async(querier.IsReadyAsync, ready => ready || mayBeUnready);
            Assert.That(isReady || mayBeUnready, Is.True, () => $"The querier was never ready:\n{process.Errors}");
            return querier;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        using var response = await _client.GetAsync("/-/ready");
        return response.IsSuccessStatusCode;
    }

    [GeneratedRegex(@"^  \S+\s+(?<cluster>\S+)\s+127\.0\.0\.1:\d+\s+pid (?<pid>\d+)", RegexOptions.Multiline)]
    private static partial Regex StoreLine();
}
