using System.CommandLine.Invocation;
using Querier;
using Querier.Demo;

var command = QuerierCommand.Create(async (options, cancellation) =>
{
    if (options.EndpointsConfig is null)
    {
        await DemoRun.RunAsync(options, cancellation);
        return;
    }

    await using var host = await QuerierHost.StartAsync(options, options.EndpointsConfig, cancellation);
    Console.WriteLine($"Querier listening on {host.Url}");
    await host.WaitForShutdownAsync(cancellation);
});

var parsed = command.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
    wrong.ShowHelp = false;

try
{
    return await parsed.InvokeAsync(new()
    {
        EnableDefaultExceptionHandler = false,
        // Long enough to stop the stores of the demo and to remove its folder.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(20),
    });
}
catch (StartupException error)
{
    await Console.Error.WriteLineAsync($"Querier: {error.Message}");
    return 1;
}
