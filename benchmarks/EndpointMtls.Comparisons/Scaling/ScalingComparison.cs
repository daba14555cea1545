using System.Diagnostics;
using EndpointMtls.Comparisons.Reporting;
using EndpointMtls.Comparisons.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Comparisons.Scaling;

/// <summary>Measures the cost of discovering and probing many endpoints.</summary>
internal static class ScalingComparison
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellation)
    {
        using var folder = new TempFolder();
        await using var server = ChildProcess.Start("serve-many", folder.Root, $"{scale.Realms}", $"{scale.EndpointsPerRealm}");
        var ports = (await server.ReadLineAsync(cancellation)).Split(' ').Chunk(scale.EndpointsPerRealm).ToArray();
        for (var realm = 0; realm < scale.Realms; realm++)
        {
            WriteTargets(folder, realm, ports[realm]);
        }

        var table = new Table("what", "figure");
        using var process = Process.GetCurrentProcess();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (begun, cpu) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var probe = new CountingProbe();
        await using var services = CreateServices(scale, folder, probe);
        var set = services.GetRequiredService<IEndpointSet>();
        await Until(set, now => now.Endpoints.Count == scale.Endpoints && now.Endpoints.All(endpoint => endpoint.Health == EndpointHealth.Healthy), cancellation);
        table.Add("all healthy after", $"{begun.Elapsed.TotalSeconds:0.0} s");
        table.Add("CPU time of the client until then", $"{(CpuOf(process) - cpu).TotalSeconds:0.0} s");

        await Task.Delay(Settling, cancellation); // Wait until the connections of the start have closed.
        table.Add("managed memory for each endpoint", $"{(GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / scale.Endpoints:0.0} KiB");

        var (watch, probes) = (Stopwatch.StartNew(), probe.Count);
        cpu = CpuOf(process);
        await Task.Delay(scale.Watch, cancellation);
        table.Add("probes, once all are healthy", $"{(probe.Count - probes) / watch.Elapsed.TotalSeconds:#,0} a second");
        table.Add("CPU of the client for them", $"{(CpuOf(process) - cpu) / watch.Elapsed:0.00} cores");

        for (var realm = 0; realm < scale.Realms; realm++)
        {
            WriteTargets(folder, realm, ports[realm][1..]);
        }

        watch.Restart();
        await Until(set, now => now.Endpoints.Count == scale.Endpoints - scale.Realms, cancellation);
        table.Add($"from the last of {scale.Realms} changed files until all is in the set", $"{watch.Elapsed.TotalSeconds:0.00} s");
        return new Section(
            "Many endpoints",
            $"{scale.Endpoints:#,0} endpoints in {scale.Realms} realms, each with its own CAs, discovered from files, connected by mutual TLS and probed every 5 s; the servers share the machine. One run, no rounds.\n\n" + table,
            []);
    }

    private static TimeSpan CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static ServiceProvider CreateServices(Scale scale, TempFolder folder, CountingProbe probe) => new ServiceCollection()
        .AddSingleton<IEndpointProbe>(probe)
        .AddEndpointMtls(options =>
        {
            for (var realm = 0; realm < scale.Realms; realm++)
            {
                var name = $"realm-{realm:00}";
                options.Realms.Add(new RealmOptions
                {
                    Name = name,
                    TlsConfig = new TlsOptions { CaFile = { folder[$"{name}/ca.crt"] }, CertFile = folder[$"{name}/tls.crt"], KeyFile = folder[$"{name}/tls.key"] },
                    EndpointsSdFiles = { new FileSdOptions { Files = { folder[$"targets/{name}*.json"] } } },
                });
            }
        })
        .AddEndpointSet()
        .BuildServiceProvider();

    private static void WriteTargets(TempFolder folder, int realm, string[] ports)
    {
        var path = folder.Write($"targets/.realm-{realm:00}.json", $$"""[{ "targets": [{{string.Join(',', ports.Select(port => $"\"127.0.0.1:{port}\""))}}], "labels": { "realm": "{{realm}}" } }]""");
        File.Move(path, folder[$"targets/realm-{realm:00}.json"], overwrite: true);
    }

    private static async Task Until(IEndpointSet set, Func<EndpointSetSnapshot, bool> isAsExpected, CancellationToken cancellation)
    {
        while (!isAsExpected(set.Current))
        {
            var changed = new TaskCompletionSource();
            using var subscription = ChangeToken.OnChange(set.GetChangeToken, () => changed.TrySetResult());
            if (!isAsExpected(set.Current))
            {
                await changed.Task.WaitAsync(cancellation);
            }
        }
    }
}
