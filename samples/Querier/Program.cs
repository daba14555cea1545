using System.Runtime.InteropServices;
using Querier;
using Querier.Demo;
using Thanos.CommandLine;

// Closing the terminal must also delete the folder of the demo.
using var hangUp = new CancellationTokenSource();
using var hangUpSignal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
{
    signal.Cancel = true;
    hangUp.Cancel();
});

var command = QuerierCommand.Create(async (options, ending) =>
{
    // Signals are handled from the first wait on, and the start has much to clean up before it waits.
    await Task.Yield();
    using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, hangUp.Token);
    var cancellation = either.Token;
    if (options.EndpointsConfig is null)
    {
        await DemoRun.RunAsync(options, cancellation);
        return;
    }

    await using var host = await QuerierHost.StartAsync(options, options.EndpointsConfig, cancellation);
    Console.WriteLine($"Querier listening on {host.Url}");
    await host.WaitForShutdownAsync(cancellation);
});

// Long enough to stop the stores of the demo and to delete its folder.
return await CommandRun.RunAsync("Querier", command, args, stopTimeout: TimeSpan.FromSeconds(20));
