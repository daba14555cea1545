using System.Diagnostics;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Scale;

/// <summary>One run: start the servers, discover and probe them, and print what it costs this process.</summary>
internal static class ScaleRun
{
    public static async Task RunAsync(Scale scale, CancellationToken cancellation)
    {
        using var folder = new TempFolder();
        using var server = StartServer(scale);
        await server.StandardInput.WriteLineAsync(folder.Root);
        var ports = (await server.StandardOutput.ReadLineAsync(cancellation) ?? throw new IOException("The server did not start.")).Split(' ').Chunk(scale.EndpointsPerRealm).ToArray();
        for (var realm = 0; realm < scale.Realms; realm++)
            WriteTargets(folder, realm, ports[realm]);

        var process = Process.GetCurrentProcess();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (begun, cpu) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var probe = new CountingProbe();
        await using var services = CreateServices(scale, folder, probe);
        var set = services.GetRequiredService<IEndpointSet>();
        Tell("discovered", $"{set.Current.Endpoints.Count} endpoints in {scale.Realms} realms after {begun.Elapsed.TotalSeconds:0.00} s");

        await Until(set, now => now.Endpoints.All(endpoint => endpoint.Health == EndpointHealth.Healthy), cancellation);
        process.Refresh();
        Tell("all healthy", $"after {begun.Elapsed.TotalSeconds:0.0} s, with {(process.TotalProcessorTime - cpu).TotalSeconds:0.0} s of CPU");

        await Task.Delay(TimeSpan.FromSeconds(5), cancellation); // Let the connections of the start settle.
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        process.Refresh();
        Tell("memory", $"{memory / 1024.0 / scale.Endpoints:0.0} KiB managed for each endpoint, {process.WorkingSet64 / 1024.0 / scale.Endpoints:0.0} KiB of working set");

        var (watch, probes) = (Stopwatch.StartNew(), probe.Count);
        cpu = process.TotalProcessorTime;
        await Task.Delay(scale.Watch, cancellation);
        process.Refresh();
        Tell("probing", $"{(probe.Count - probes) / watch.Elapsed.TotalSeconds:0} probes a second with {(process.TotalProcessorTime - cpu) / watch.Elapsed:0.00} cores");

        watch.Restart();
        for (var realm = 0; realm < scale.Realms; realm++)
            WriteTargets(folder, realm, ports[realm][1..]);
        var written = watch.Elapsed;
        await Until(set, now => now.Endpoints.Count == scale.Endpoints - scale.Realms, cancellation);
        Tell("refresh", $"{scale.Realms} files written in {written.TotalSeconds:0.00} s; their last change was in the set {(watch.Elapsed - written).TotalSeconds:0.00} s later");
        server.StandardInput.Close();
        await server.WaitForExitAsync(cancellation);
    }

    private static Process StartServer(Scale scale)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "--serve", "--endpoints", $"{scale.Endpoints}", "--realms", $"{scale.Realms}", scale.IsPlaintext ? "--plaintext" : "--plaintext=false" })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
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
                    TlsConfig = scale.IsPlaintext ? null : new TlsOptions { CaFile = { folder[$"{name}/ca.crt"] }, CertFile = folder[$"{name}/tls.crt"], KeyFile = folder[$"{name}/tls.key"] },
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
                await changed.Task.WaitAsync(cancellation);
        }
    }

    private static void Tell(string what, string figures) => Console.WriteLine($"{what,-12} {figures}");
}
