using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A querier with three stores: a strict one with mTLS, a plaintext one, and a plaintext one from a target file.</summary>
internal sealed class LiveStores : IAsyncDisposable
{
    private const string ServerName = "store.example.com";

    private readonly TempFolder _folder = new();
    private readonly List<IAsyncDisposable> _processes = [];
    private string _config = "";

    public StoreProcess Strict { get; private set; } = null!;

    public StoreProcess Loose { get; private set; } = null!;

    public StoreProcess FromFile { get; private set; } = null!;

    public QuerierProcess Querier { get; private set; } = null!;

    /// <summary>Starts the stores and the querier, and waits until the querier is ready.</summary>
    public static async Task<LiveStores> StartAsync()
    {
        var stores = new LiveStores();
        try
        {
            await stores.StartAllAsync();
            return stores;
        }
        catch
        {
            await stores.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes the target file, with a label for each address.</summary>
    public void List(params string[] addresses) =>
        _folder.Write("near.json", $"[{string.Join(',', addresses.Select(address => $$"""{ "targets": ["{{address}}"], "labels": { "zone": "edge" } }"""))}]");

    /// <summary>Stops the querier, and starts another at its address.</summary>
    public async Task RestartQuerierAsync()
    {
        await Querier.DisposeAsync();
        _processes.Remove(Querier);
        await StartQuerierAsync(new Uri(Querier.Url).Authority);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAllAsync()
    {
        var root = TestCa.CreateRoot("Root");
        _folder.WriteRealm("far", root, root.IssueClient("querier"));
        var server = root.IssueServer(ServerName);
        Loose = Remember(await StoreProcess.StartAsync("near"));
        FromFile = Remember(await StoreProcess.StartAsync("edge"));
        Strict = Remember(await StoreProcess.StartAsync(
            "far",
            "--grpc-server-tls-cert", _folder.Write("store.crt", server.ChainPem),
            "--grpc-server-tls-key", _folder.Write("store.key", server.KeyPem),
            "--grpc-server-tls-client-ca", _folder["far/ca.crt"]));
        List(FromFile.Address);
        _config = _folder.Write("endpoints.yaml", $$"""
            - name: near
              endpoints: ["{{Loose.Address}}"]
              endpoints_sd_files:
                - files: [near.json]
            - name: far
              tls_config: { cert_file: far/tls.crt, key_file: far/tls.key, ca_file: far/ca.crt, server_name: {{ServerName}} }
              endpoints: ["{{Strict.Address}}"]
              mode: strict
            """);
        await StartQuerierAsync("127.0.0.1:0");
    }

    private async Task StartQuerierAsync(string address) => Querier = Remember(await QuerierProcess.StartAsync(_config, "--http-address", address));

    private T Remember<T>(T process)
        where T : IAsyncDisposable
    {
        _processes.Add(process);
        return process;
    }
}
