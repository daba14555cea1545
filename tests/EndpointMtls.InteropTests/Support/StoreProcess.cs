namespace EndpointMtls.InteropTests.Support;

/// <summary>A store process that can be killed and restarted at the same address.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    private readonly string[] _arguments;
    private ChildProcess _process = null!;

    private StoreProcess(string[] arguments) => _arguments = arguments;

    public string Address { get; private set; } = "127.0.0.1:0";

    public static async Task<StoreProcess> StartAsync(string cluster, params string[] arguments)
    {
        var store = new StoreProcess(["--label", $"cluster={cluster}", .. arguments]);
        await store.StartAsync();
        return store;
    }

    public async Task StartAsync()
    {
        _process = ChildProcess.StartSample("StoreNode", ["--grpc-address", Address, .. _arguments]);
        Address = await _process.ReadAsync(@"StoreNode listening on (\S+)");
    }

    public ValueTask KillAsync() => _process.DisposeAsync();

    public async ValueTask DisposeAsync() => await _process.DisposeAsync();
}
