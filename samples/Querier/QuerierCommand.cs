using System.CommandLine;

namespace Querier;

/// <summary>The command line; its names are those of Thanos wherever Thanos has one.</summary>
internal static class QuerierCommand
{
    public static RootCommand Create(Func<QuerierOptions, CancellationToken, Task> run)
    {
        var config = new Option<string?>("--endpoints-config") { Description = "The endpoints, by realm, in YAML. Without it, a demo starts three stores of its own.", HelpName = "path" };
        var rotate = new Option<string?>("--demo-rotate") { Description = "How often the demo issues its certificates again while it runs. Without it, it does not.", HelpName = "duration" };
        var address = Text("--http-address", "Where to listen; port 0 takes any free one.", "127.0.0.1:10902");
        var replicaLabels = new Option<string[]>("--query.replica-label") { Description = "A label in which replicas differ; may be repeated.", HelpName = "name" };
        var timeout = Text("--query.timeout", "How long a query may take.", "2m");
        var responseTimeout = Text("--store.response-timeout", "How long a store may be silent before the others answer without it; 0 for as long as it likes.", "0");

        var command = new RootCommand("A querier for Thanos stores, each reached as its realm says.")
        {
            config, rotate, address, replicaLabels, timeout, responseTimeout,
        };
        command.SetAction((result, cancellation) => run(
            new QuerierOptions
            {
                EndpointsConfig = result.GetValue(config),
                DemoRotate = ToDemoRotate(result.GetValue(rotate), result.GetValue(config)),
                HttpAddress = OptionText.ToAddress("--http-address", result.GetRequiredValue(address)),
                ReplicaLabels = result.GetValue(replicaLabels) ?? [],
                QueryTimeout = OptionText.ToDuration("--query.timeout", result.GetRequiredValue(timeout), allowsZero: false),
                ResponseTimeout = OptionText.ToDuration("--store.response-timeout", result.GetRequiredValue(responseTimeout), allowsZero: true),
            },
            cancellation));
        return command;
    }

    private static TimeSpan? ToDemoRotate(string? text, string? config) => (text, config) switch
    {
        (null, _) => null,
        (_, null) => OptionText.ToDuration("--demo-rotate", text, allowsZero: false),
        _ => throw new StartupException($"--demo-rotate is for the demo only, and there is none with --endpoints-config '{config}'. Leave one of them out."),
    };

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
