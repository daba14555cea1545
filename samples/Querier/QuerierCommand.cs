using System.CommandLine;

namespace Querier;

/// <summary>The command line; its names are those of Thanos wherever Thanos has one.</summary>
internal static class QuerierCommand
{
    public static RootCommand Create(Func<QuerierOptions, CancellationToken, Task> run)
    {
        var config = new Option<string?>("--endpoints-config") { Description = "The endpoints, by realm, in YAML. Without it, a demo starts three stores of its own.", HelpName = "path" };
        var address = Text("--http-address", "Where to listen; port 0 takes any free one.", "127.0.0.1:10902");
        var replicaLabels = new Option<string[]>("--query.replica-label") { Description = "A label in which replicas differ; may be repeated.", HelpName = "name" };
        var timeout = Text("--query.timeout", "How long a query may take.", "2m");
        var responseTimeout = Text("--store.response-timeout", "How long a store may be silent before the others answer without it; 0 for as long as it likes.", "0");

        var command = new RootCommand("A querier for Thanos stores, each reached as its realm says.")
        {
            config, address, replicaLabels, timeout, responseTimeout,
        };
        command.SetAction((result, cancellation) => run(
            new QuerierOptions
            {
                EndpointsConfig = result.GetValue(config),
                HttpAddress = OptionText.ToAddress("--http-address", result.GetRequiredValue(address)),
                ReplicaLabels = result.GetValue(replicaLabels) ?? [],
                QueryTimeout = OptionText.ToDuration("--query.timeout", result.GetRequiredValue(timeout), allowsZero: false),
                ResponseTimeout = OptionText.ToDuration("--store.response-timeout", result.GetRequiredValue(responseTimeout), allowsZero: true),
            },
            cancellation));
        return command;
    }

    private static Option<string> Text(string name, string description, string otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
