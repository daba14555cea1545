using System.CommandLine.Invocation;
using StoreNode;
using Thanos.Matching;

LabelRegex.AllowLargeExpressions();

var command = StoreNodeCommand.Create(async (options, cancellation) =>
{
    await using var node = await StoreNodeHost.StartAsync(options, cancellation);
    Console.WriteLine($"StoreNode listening on {node.Address} ({options.Security})");
    await node.WaitForShutdownAsync(options.ExitWithStdin ? Console.OpenStandardInput() : null, cancellation);
});

var parsed = command.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
    wrong.ShowHelp = false;

try
{
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (StartupException error)
{
    await Console.Error.WriteLineAsync($"StoreNode: {error.Message}");
    return 1;
}
