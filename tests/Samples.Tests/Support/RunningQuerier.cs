using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Samples.Tests.Support;

/// <summary>A querier process with low limits over the stores of a test.</summary>
internal sealed class RunningQuerier : IDisposable
{
    private readonly PemFolder _folder;
    private readonly HttpClient _client;

    private RunningQuerier(PemFolder folder, Process process, string url)
    {
        (_folder, Process) = (folder, process);
        _client = new HttpClient { BaseAddress = new Uri(url) };
    }

    public Process Process { get; }

    /// <summary>The maximum of physical memory that the process has used, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            Process.Refresh();
            return Process.PeakWorkingSet64;
        }
    }

    public static Task<RunningQuerier> StartAsync(TestStore[] stores, CancellationToken cancellation) => StartAsync(stores, [], cancellation);

    /// <summary>Starts the querier, and waits until all stores have been probed.</summary>
    public static async Task<RunningQuerier> StartAsync(TestStore[] stores, string[] arguments, CancellationToken cancellation)
    {
        var folder = new PemFolder();
        var addresses = string.Join(", ", stores.Select(store => $"\"{store.Address}\""));
        var config = folder.Write("endpoints.yaml", $"- name: stores\n  endpoints: [{addresses}]\n  mode: strict\n");
        var process = SampleProcess.Start(
            "Querier",
            [
                "--endpoints-config", config, "--http-address", "127.0.0.1:0", "--endpoint.info-timeout", "60s",
                "--store.limits.series", "1000", "--store.limits.samples", "100000", "--store.limits.response-size", "16MiB", .. arguments,
            ]);
        try
        {
            var querier = new RunningQuerier(folder, process, await process.ReadAddressAsync(cancellation));
            while (!(await querier._client.GetAsync("/-/ready", cancellation)).IsSuccessStatusCode)
                await Task.Delay(100, cancellation);
            return querier;
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellation)
    {
        using var response = await _client.GetAsync(path, cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))!.AsObject();
    }

    public async Task<JsonObject> PostAsync(string path, Dictionary<string, string> form, CancellationToken cancellation)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await _client.PostAsync(path, content, cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))!.AsObject();
    }

    /// <summary>Opens a response without an end.</summary>
    public Task<Stream> OpenAsync(string path, CancellationToken cancellation) => _client.GetStreamAsync(path, cancellation);

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }
}
