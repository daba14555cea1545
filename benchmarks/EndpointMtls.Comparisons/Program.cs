using System.CommandLine;
using System.Globalization;
using System.Reflection;
using EndpointMtls.Comparisons;
using EndpointMtls.Comparisons.Holding;
using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Scaling;
using EndpointMtls.Comparisons.Serving;

var quick = new Option<bool>("--quick") { Description = "Take less than three minutes. The figures are noisy: use it to check that everything works." };
var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file, as one flat JSON object." };
var results = new Option<FileInfo?>("--results") { Description = "The file for the results. Default: RESULTS.md in the folder benchmarks; for a quick run, RESULTS.quick.md, which is not committed." };
var only = new Option<string[]>("--only") { Description = "Measure only these parts. Results are written only with --results.", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong([.. ComparisonRun.Parts]);
var command = new RootCommand("Compares different ways to call the same server, and prints ratios.") { quick, only, json, results };
command.SetAction(async (result, cancellation) =>
{
    if (typeof(ComparisonRun).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration != "Release" || !Directory.Exists("/proc/self"))
    {
        await Console.Error.WriteLineAsync("Speed needs a Release build, and the CPU time of all processes needs Linux: use 'dotnet run -c Release' on Linux.");
        return 1;
    }

    var (isQuick, parts) = (result.GetValue(quick), result.GetValue(only) ?? []);
    var page = result.GetValue(results)?.FullName ?? (parts.Length > 0 ? null : FindResults(isQuick ? "RESULTS.quick.md" : "RESULTS.md"));
    string?[] files = [page, result.GetValue(json)?.FullName];
    foreach (var file in files.OfType<string>())
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    }

    var measured = await new ComparisonRun(isQuick ? Extent.Quick : Extent.Full, parts, TimeProvider.System).RunAsync(cancellation);
    Console.WriteLine(measured.ToMarkdown());
    foreach (var (file, text) in files.Zip([measured.ToMarkdown(), measured.ToJson()]))
    {
        await (file is null ? Task.CompletedTask : File.WriteAllTextAsync(file, text, cancellation));
    }

    return measured.IsWhole ? 0 : 1;
});

// The child processes of a run.
var folder = new Argument<string>("folder");
var ports = new Argument<int>("ports");
var serve = new Command("serve") { folder, ports };
serve.Hidden = true;
serve.SetAction((result, cancellation) => EchoHost.RunAsync(result.GetRequiredValue(folder), result.GetValue(ports), cancellation));
var isOurs = new Argument<bool>("ours");
var hold = new Command("hold") { isOurs, folder };
hold.Hidden = true;
hold.SetAction((result, _) => Holder.RunAsync(result.GetValue(isOurs), Pki.TargetIn(result.GetRequiredValue(folder)), [.. Console.ReadLine()!.Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture))]));
var realms = new Argument<int>("realms");
var serveMany = new Command("serve-many") { folder, realms, ports };
serveMany.Hidden = true;
serveMany.SetAction((result, cancellation) => ScaleServer.RunAsync(result.GetRequiredValue(folder), result.GetValue(realms), result.GetValue(ports), cancellation));
command.Add(serve);
command.Add(serveMany);
command.Add(hold);
return await command.Parse(args).InvokeAsync();

static string FindResults(string name)
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "EndpointMtls.sln")))
        {
            return Path.Combine(folder.FullName, "benchmarks", name);
        }
    }

    return Path.GetFullPath(name);
}
