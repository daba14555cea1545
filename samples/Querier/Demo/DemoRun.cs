namespace Querier.Demo;

/// <summary>The querier with everything it needs to be tried: certificates, three stores and a configuration.</summary>
internal static class DemoRun
{
    public static async Task RunAsync(QuerierOptions options, CancellationToken cancellation)
    {
        using var folder = new DemoFolder();
        await using var stores = new DemoStores();
        await stores.StartAsync(folder, cancellation);
        var config = folder.Write("endpoints.yaml", stores.ToYaml());
        await using var host = await QuerierHost.StartAsync(options, config, cancellation);
        Console.WriteLine(DemoText.Welcome(host.Url, config, stores));
        await host.WaitForShutdownAsync(cancellation);
    }
}
