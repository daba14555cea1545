namespace Querier.Demo;

/// <summary>Runs the querier with certificates, stores and a configuration of the demo.</summary>
internal static class DemoRun
{
    public static async Task RunAsync(QuerierOptions options, CancellationToken cancellation)
    {
        using var folder = new DemoFolder();
        await using var stores = new DemoStores();
        await stores.StartAsync(folder, options.DemoRotate, cancellation);
        var targets = folder.Write(DemoStores.TargetsFile, stores.ToTargets());
        var config = folder.Write("endpoints.yaml", stores.ToYaml());
        await using var host = await QuerierHost.StartAsync(options, config, cancellation);
        Console.WriteLine(DemoText.Welcome(host.Url, config, targets, stores, options.DemoRotate));
        if (options.DemoRotate is { } period)
            await DemoRotation.RunAsync(stores.Realms, period, host.CertificatesOf, cancellation);
        await host.WaitForShutdownAsync(cancellation);
    }
}
