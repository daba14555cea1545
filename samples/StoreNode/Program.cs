using StoreNode;
using Thanos.CommandLine;

var command = StoreNodeCommand.Create(async (options, cancellation) =>
{
    await using var node = await StoreNodeHost.StartAsync(options, cancellation);
    Console.WriteLine($"StoreNode listening on {node.Address} ({options.Security})");
    await node.WaitForShutdownAsync(options.ExitWithStdin ? Console.OpenStandardInput() : null, cancellation);
});

return await CommandRun.RunAsync("StoreNode", command, args, stopTimeout: TimeSpan.FromSeconds(5));
