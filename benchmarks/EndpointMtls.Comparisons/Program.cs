using System.CommandLine;
using System.Globalization;
using EndpointMtls.Comparisons;
using EndpointMtls.Comparisons.Holding;
using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Scaling;
using EndpointMtls.Comparisons.Serving;

var quick = new Option<bool>("--quick") { Description = "Take less than three minutes. Noisy: it is to see that all works." };
var json = new Option<FileInfo?>("--json") { Description = "Also write one flat object of row names and figures to this file." };
var results = new Option<FileInfo?>("--results") { Description = "Where to write the results. Default: RESULTS.md in the folder benchmarks; for a quick run RESULTS.quick.md, which is not committed." };
var only = new Option<string[]>("--only") { Description = "Measure these parts alone, and write no results unless told where.", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong([.. ComparisonRun.Parts]);
var command = new RootCommand("Calls the same server in every way there is, side by side, and prints what that comes to as ratios.") { quick, only, json, results };
command.SetAction(async (result, cancellation) =>
{
    var isQuick = result.GetValue(quick);
    var parts = result.GetValue(only) ?? [];
    var page = await new ComparisonRun(isQuick ? Extent.Quick : Extent.Full, parts, TimeProvider.System).RunAsync(cancellation);
    Console.WriteLine(page.ToMarkdown());
    if ((result.GetValue(results)?.FullName ?? (parts.Length > 0 ? null : FindResults(isQuick ? "RESULTS.quick.md" : "RESULTS.md"))) is { } path)
    {
        await File.WriteAllTextAsync(path, page.ToMarkdown(), cancellation);
    }

    if (result.GetValue(json) is { } file)
    {
        await File.WriteAllTextAsync(file.FullName, page.ToJson(), cancellation);
    }
});

// What a run starts of itself.
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
